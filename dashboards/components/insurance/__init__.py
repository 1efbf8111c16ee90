"""The Insurance page's lists: remittances in, claims to match, denials to work."""
