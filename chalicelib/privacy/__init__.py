"""What people ask about their own data (个人信息权利): a register with deadlines (PIPL 44–50)."""
