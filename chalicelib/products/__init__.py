"""Products (险种介绍): what each line is, for whom, and how to take it out."""
