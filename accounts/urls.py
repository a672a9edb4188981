from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.settings, name="settings"),
    path("welcome/end/", views.welcome_end, name="welcome_end"),
    path("waiting/end/", views.waiting_end, name="waiting_end"),
    path("theme/", views.theme, name="theme"),
    path("sessions/<int:session_pk>/end/", views.session_end, name="session_end"),
]
