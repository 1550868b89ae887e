"""Enquiries: appointments for a call or a visit, complaints and consultations (L5)."""
