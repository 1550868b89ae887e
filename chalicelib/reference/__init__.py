"""What programs ask about the API itself: its description and its health."""
