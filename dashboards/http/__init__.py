"""Plain HTTP beside the pages: the door, sign-in and set-up, health, the change feed."""
