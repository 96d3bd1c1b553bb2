"""A date in a form: its beginning for a start, its end for an end, in the platform's time zone."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

SENSIBLE = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1))]  # of a day that somebody types


def not_over(day):
    """Refuse a day that is over on the platform of the page. Raises ValidationError."""
    if day < timezone.localdate():
        raise ValidationError("Choose a day that is not over.")


def beginning(day, zone):
    """Return the first moment of `day`, or None for None."""
    return day and datetime.combine(day, time.min, zone)


def ending(day, zone):
    """Return the moment at which `day` is over, or None for None."""
    return day and datetime.combine(day + timedelta(days=1), time.min, zone)


def first_day(moment, zone):
    """Return the day of a start, or None for None."""
    return moment and moment.astimezone(zone).date()


def last_day(moment, zone):
    """Return the last whole day before an end, or None for None."""
    return moment and (moment - timedelta(microseconds=1)).astimezone(zone).date()
