"""The steps that led to a reward as plain sentences, for one kind of reader each."""
