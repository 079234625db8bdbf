"""今日: what a manager sees first each morning."""
