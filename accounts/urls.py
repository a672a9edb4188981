from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.settings, name="settings"),
    path("welcome/end/", views.welcome_end, name="welcome_end"),
    path("waiting/add/", views.waiting_add, name="waiting_add"),
    path("waiting/end/", views.waiting_end, name="waiting_end"),
    path("support/", views.support_look, name="support_look"),
    path("theme/", views.theme, name="theme"),
    path("admin-link/", views.admin_link_send, name="admin_link_send"),
    path("admin-link/key/<str:admin_link_key>/", views.admin_link, name="admin_link"),
    path("sessions/<str:session_mark>/end/", views.session_end, name="session_end"),
    path("delete/", views.leave, name="leave"),
    path("delete/stay/", views.stay, name="stay"),
]
