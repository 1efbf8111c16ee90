"""Time: hours and absences, visits and who attends them, and the claims that keep two from taking the same place."""
