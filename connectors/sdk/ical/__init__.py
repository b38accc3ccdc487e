"""iCalendar: from the bytes of a calendar to the records of its events and tasks."""
