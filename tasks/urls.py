"""The addresses of tasks. View, template and URL have one name; acts hang below their task."""

from django.urls import path

from tasks.views import tasks

urlpatterns = [
    path("", tasks.home, name="home"),
    path("tasks/", tasks.task_list, name="task_list"),
    path("tasks/add/", tasks.task_add, name="task_add"),
    path("tasks/<int:task_pk>/", tasks.task_detail, name="task_detail"),
    path("tasks/<int:task_pk>/edit/", tasks.task_edit, name="task_edit"),
    path("tasks/<int:task_pk>/complete/", tasks.task_complete, name="task_complete"),
    path("tasks/<int:task_pk>/reopen/", tasks.task_reopen, name="task_reopen"),
    path("tasks/<int:task_pk>/delete/", tasks.task_delete, name="task_delete"),
    path("tasks/<int:task_pk>/restore/", tasks.task_restore, name="task_restore"),
    path("trash/", tasks.trash, name="trash"),
]
