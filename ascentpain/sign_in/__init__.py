"""How staff sign in: django-allauth with a second factor, in the practice's own pages."""
