"""What the Overview is made of: tiles with their rows, and charts that open them."""
