"""What turns an utterance into text: the engines, and what each of them is made of."""
