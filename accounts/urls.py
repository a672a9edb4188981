from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.settings, name="settings"),
    path("theme/", views.theme, name="theme"),
]
