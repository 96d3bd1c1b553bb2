"""Reviews: chosen revisions, judged by named people until a day, closed with a minute."""
