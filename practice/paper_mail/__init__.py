"""Papers reach whom they are for: by a message with a link, under which they are seen, kept and paid."""
