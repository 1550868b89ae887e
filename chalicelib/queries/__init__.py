"""Queries (承保理赔信息客户自主查询): who proves to know a policy sees it."""
