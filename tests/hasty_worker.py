"""The site's own worker, for tests that cannot wait as long as it does."""

from ascentpain import gunicorn_worker


class Worker(gunicorn_worker.Worker):
    seconds_to_arrive = 2.0
