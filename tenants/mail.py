"""Mail leaves through the worker: a slow or broken mail server delays nobody and loses nothing."""

from django.core.mail import EmailMultiAlternatives
from django.tasks import task


@task()
def deliver(*, to, subject, text, html):
    """Send one message; run by the worker."""
    message = EmailMultiAlternatives(subject=subject, body=text, to=[to])
    if html:
        message.attach_alternative(html, "text/html")
    message.send()


def enqueue(*, to, subject, text, html=""):
    """Queue one message in the transaction of the caller: rolled back, it was never there."""
    deliver.enqueue(to=to, subject=" ".join(subject.split()), text=text, html=html)
