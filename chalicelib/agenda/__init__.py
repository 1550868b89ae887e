"""The agent's day (今日待办): what is to be done, with the number to call and the last contact."""
