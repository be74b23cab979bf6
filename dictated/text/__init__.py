"""What is done to the words themselves: pure functions of a text, the rules, and what was said before."""
