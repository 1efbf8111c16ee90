"""The Insurance page's lists: claims out, remittances in, claims to match, denials to work."""
