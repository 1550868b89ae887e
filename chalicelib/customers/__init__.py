"""Customers (客户): what staff see of one person across his policies, as far as their roles go."""
