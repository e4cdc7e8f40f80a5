"""Working days with 调休, and deadline arithmetic that can explain itself. Pure: no clock, no network, no Django."""

from wenxiao.calendars.calendar import Calendar, CalendarError, Day, DueDate, Festival, default_calendar

__all__ = ["Calendar", "CalendarError", "Day", "DueDate", "Festival", "default_calendar"]
