"""What the desk's pages are made of: the day's board, the drawers over it, finding a client, offering times."""
