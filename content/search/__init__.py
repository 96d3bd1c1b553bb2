"""Finding items by words: one meaning of a search, kept by two databases that answer alike.

`folding` says what a word is, `asking` what somebody typed, `entries` what is kept of an item and when, `matching`
which items fit and in which order, `showing` why one fits. `postgresql` and `sqlite` hold what differs: an index of
words and one of parts of names, each derived by the database itself from the entry beside it.
"""
