"""Imports (批量导入): files of the core system become items, every row ends with an outcome."""
