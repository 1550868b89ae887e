"""Downloads (合规下载): documents listed by period and organisation, each handed out on record."""
