"""Who reads and analyses units of input: this process, or several others beside it."""
