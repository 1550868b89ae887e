"""The rooms of the house: one folder per noun of the business, shared nouns beside them."""
