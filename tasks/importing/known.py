"""The fields that tasks of other programs have in JSON, so that a report can name further ones.

A reader takes each of these fields, or names in its words for the whole file what it leaves out;
or else the field means nothing elsewhere, as ids, addresses and counts do.
"""

from collections.abc import Iterable

from tasks.importing.rules import quoted

NOTHING = (None, "", False, 0, [], {})


def names(words: str) -> set[str]:
    return set(words.split())


GOOGLE = names("""
    assignmentInfo completed created deleted due etag hidden id kind links notes parent position
    scheduled_time selfLink status task_type title updated webViewLink
""")
MICROSOFT = names("""
    attachments body bodyLastModifiedDateTime categories checklistItems completedDateTime
    createdDateTime dueDateTime hasAttachments id importance isReminderOn lastModifiedDateTime
    linkedResources recurrence reminderDateTime startDateTime status title
""")
TRELLO = names("""
    address attachments badges checkItemStates checklists closed cover creationMethod
    creationMethodError creationMethodLoadingStartedAt customFieldItems dateClosed dateCompleted
    dateLastActivity desc descData due dueComplete dueReminder email faviconUrl id
    idAttachmentCover idBoard idChecklists idLabels idList idMembers idMembersVoted
    idOrganization idShort labels limits locationName manualCoverAttachment name nodeId pinned pos
    shortLink shortUrl start staticMapUrl stickers subscribed url
""")
VIKUNJA = names("""
    assignees attachments bucket_id buckets comment_count comments cover_image_attachment_id
    created created_by created_by_id description done done_at due_date end_date hex_color id
    identifier index is_favorite is_unread kanban_position labels list_id percent_done position
    priority project_id reactions related_tasks reminder_dates reminders repeat_after
    repeat_from_current_date repeat_mode repeats repeats_from_current_date start_date subscription
    title uid updated
""")
SUPER_PRODUCTIVITY = names("""
    _hideSubTasksMode _showSubTasksMode attachments created deadlineDay deadlineWithTime doneOn
    dueDay dueWithTime hasPlannedTime id isDone issueAttachmentNr issueId issueLastSyncedValues
    issueLastUpdated issuePoints issueProviderId issueTimeTracked issueType issueWasUpdated
    modified notes parentId plannedAt priority projectId remindAt reminderId repeatCfgId
    subTaskIds tagIds timeEstimate timeSpent timeSpentOnDay title
""")
TUDUDI = names("""
    Subtasks Tags attachments completed_at completion_based completions created_at defer_until
    description due_date id last_generated_date name note order parent_task_id parent_task_uid
    priority project_id project_uid recurrence_end_date recurrence_interval recurrence_month_day
    recurrence_type recurrence_week_of_month recurrence_weekday recurrence_weekdays
    recurring_parent_id recurring_parent_uid status subtasks tag_uids tags today_move_count uid
    updated_at user_id uuid
""")


def leave_unknown(plan, rows: Iterable[dict], known: set[str]) -> None:
    """Note in a plan the names of fields of rows that aren't known, and hold something."""
    found = {}
    for row in rows:
        for name in row.keys() - known:
            if "@" not in name and row[name] not in NOTHING:
                found[name] = True
    if found:
        words = quoted(", ".join(sorted(found)))
        plan.leave(
            "The file", f"These fields of tasks aren't known, so they are left out: {words}."
        )
