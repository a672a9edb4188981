"""Words that tables of tasks hold, in several languages: names of columns, states and priorities.

Pure: no Django. Words stand in lower case, separated by commas.
"""

import re


def words(text):
    words = text.replace("\n", ",").split(",")
    return list(filter(None, map(str.strip, words)))


DONE = set(
    words("""
    yes, y, true, 1, x, [x], ✓, ✔, ✅, ☑, ☒, done, complete, completed, finished, closed, checked
    resolved, 100, 100%
    ja, j, wahr, erledigt, fertig, abgeschlossen
    oui, vrai, fait, faite, terminé, terminée, achevé, achevée
    sí, si, verdadero, hecho, hecha, completado, completada, terminado, terminada
    vero, fatto, fatta, completato, completata
    sim, verdadeiro, feito, feita, concluído, concluída
    klaar, voltooid, gedaan, waar, klar, färdig, slutförd, sant, færdig, udført, ferdig, fullført
    tak, zrobione, ukończone, prawda, valmis, ano, hotovo, igen, kész, да, выполнено, готово
    是, 已完成, 完成, はい, 完了
    """)
)
OPEN = {""} | set(
    words("""
    no, n, false, 0, 0%, -, [], [ ], ☐, ⬜, open, todo, to do, to-do, incomplete, pending
    new, active
    needs-action, uncompleted, not done, not started, nein, falsch, offen, nicht erledigt
    nicht begonnen, non, faux, ouvert, ouverte, à faire, non commencé, nueva, nuevo
    falso, pendiente
    abierto, abierta, por hacer, aperto, aperta, da fare, aberto, aberta, não, nao, pendente
    não iniciado, nee, onwaar, niet gestart, nej, öppen, åben, nei, åpen, nie, ei, ne, nem, нет
    否, 未完成, いいえ, 未完了
    """)
)
GIVEN_UP = set(
    words("""
    canceled, cancelled, dropped, abandoned, won't do, wontdo, abgebrochen, verworfen
    annulé, annulée, cancelado, cancelada, annullato, annullata, geannuleerd
    """)
)
UNDER_WAY = set(
    words("""
    in progress, in-progress, in-process, started, doing, waiting
    waiting on someone else, deferred
    on hold, blocked, someday, in bearbeitung, in arbeit, wartet, wartet auf jemand anderen
    zurückgestellt, en cours, en curso, in corso, em andamento, mee bezig
    """)
)
NEVER = set(  # of a repeat
    words("""
    -, no, none, never, once, false, does not repeat, doesn't repeat, not repeating, nie, keine
    nein, einmalig, jamais, aucune, non, nunca, ninguna, mai, nessuna, nooit, geen, aldrig
    """)
)

PRIORITIES = {
    0: words("""
    -, none, no, no priority, not set, unset, normal, standard, keine, ohne, aucune
    ninguna, nessuna
    nenhuma, geen, ingen, brak, p4
    """),
    1: words("""
    low, lowest, very low, minor, l, c, (c), !, p3, niedrig, niedrige, gering, tief, sehr niedrig
    basse, faible, baja, bajo, bassa, basso, baixa, laag, låg, lav, niski
    """),
    2: words("""
    medium, med, moderate, mid, m, b, (b), !!, p2, mittel, mittlere, moyenne, moyen, media, medio
    média, gemiddeld, middel, medel, middels, średni
    """),
    3: words("""
    high, highest, very high, urgent, critical, important, major, top, h, a, (a), !!!, p1
    hoch, hohe
    sehr hoch, wichtig, dringend, haute, élevée, importante, urgente, alta, alto, hoog
    hög, høj, høy
    wysoki
    """),
}
PRIORITY_OF = {"": 0} | {word: level for level, known in PRIORITIES.items() for word in known}

# The first names of a field are the surest: of two columns, the one with an earlier name is it.
COLUMNS = {
    "title": words("""
    title, task title, task, task name, subject, summary, name, todo, to do, item
    content, reminder
    titel, aufgabe, aufgabenname, betreff, titre, tâche, objet, título, titulo, tarea
    asunto, nombre
    titolo, attività, compito, oggetto, nome, taak, onderwerp, naam, tarefa, assunto
    uppgift, rubrik, opgave, oppgave, emne, tytuł, zadanie, tehtävä, úkol, задача, название
    标题, 任务, タイトル, タスク
    """),
    "notes": words("""
    notes, note, description, details, body, memo, comment, comments, task notes, text
    notizen, notiz, beschreibung, bemerkung, bemerkungen, anmerkung, kommentar, details
    remarques, notas, nota, descripción, descripcion, descrizione, dettagli, notities
    omschrijving
    descrição, anteckningar, beskrivning, beskrivelse, noter, opis, notatki, описание, 备注, メモ
    """),
    "due": words("""
    due date, due, due on, deadline, due at, due datetime, date due, due day
    task due date, date, when
    fälligkeit, fälligkeitsdatum, fällig, fällig am, fälligkeitstermin, termin, frist
    datum, bis, wann
    échéance, date d'échéance, date limite, vencimiento, fecha de vencimiento, fecha límite, fecha
    scadenza, data di scadenza, data, vervaldatum, prazo, vencimento, data de vencimento
    förfallodatum, förfaller, forfaldsdato, forfallsdato, frist, dato, termin wykonania
    määräpäivä
    срок, 截止日期, 期限
    """),
    "time": words("""
    due time, time, uhrzeit, zeit, fälligkeitszeit, heure, hora, ora, tijd, tid, godzina
    """),
    "priority": words("""
    priority, prio, importance, priorität, prioritaet, wichtigkeit, dringlichkeit
    priorité, urgence
    prioridad, importancia, priorità, prioriteit, prioridade, prioritet, priorytet
    приоритет, 优先级
    """),
    "list": words("""
    list, list name, project, project name, projects, folder, task list, tasklist, listname
    board, area
    liste, listenname, projekt, ordner, projet, dossier, lista, proyecto, carpeta
    progetto, elenco
    lijst, projeto, projektu, список, проект, 列表, 清单, リスト
    """),
    "section": words(
        "section, section column, heading, group, abschnitt, gruppe, sektion, sección, sezione"
    ),
    "tags": words("""
    tags, tag, labels, label, categories, category, contexts, context, keywords, tag names
    schlagwörter, schlagworte, stichwörter, etiketten, kategorien, kategorie, étiquettes
    catégories
    etiquetas, categorías, etichette, categorie, categorias, taggar, etiketter
    kategorier, tagi, теги
    标签, タグ
    """),
    "done": words("""
    done, completed, complete, is completed, is done, status, state, finished, checked
    is complete
    erledigt, fertig, abgeschlossen, zustand, terminé, fait, statut, état, hecho, completado
    completada, estado, fatto, completato, completata, stato, voltooid, klaar, gedaan, concluído
    feito, klar, slutförd, færdig, ferdig, zrobione, valmis, hotovo, статус, 状态, 完了
    """),
    "completed": words("""
    completed at, completed on, completion date, date completed, completed date, completed time
    done at, done on, finished at, closed at, erledigt am, abgeschlossen am, erledigungsdatum
    date d'achèvement, terminé le, fecha de finalización, completato il, data di completamento
    """),
    "created": words("""
    created, created at, created on, creation date, date created, created date
    created time, added
    added at, date added, erstellt, erstellt am, erstellungsdatum, angelegt, angelegt am, créé
    créé le, date de création, creado, fecha de creación, creato, creato il, data di creazione
    aangemaakt, skapad, oprettet, opprettet, utworzono
    """),
    "repeat": words("""
    repeat, repeats, recurrence, recurring, rrule, repeat rule, recurrence rule, repetition
    wiederholung, wiederholen, serie, répétition, récurrence, repetición, recurrencia, ricorrenza
    ripetizione, herhaling, repetição, upprepning, gentagelse, gjentakelse, powtarzanie
    """),
    "parent": words("""
    parent, parent task, parent id, parent task id, parent title, subtask of, part of
    übergeordnete aufgabe, hauptaufgabe, elternaufgabe, tâche parente, tarea principal
    """),
    "id": words("id, task id, uuid, guid, uid, key, aufgaben-id, nummer, number"),
    "steps": words("""
    steps, subtasks, sub-tasks, checklist, checklist items, schritte, unteraufgaben, teilaufgaben
    checkliste, sous-tâches, subtareas, sottoattività, subtaken, subtarefas
    """),
}


def word_of(text):
    """Return a cell as words are compared."""
    return " ".join(text.lower().replace("’", "'").split())


def column_word_of(name):
    """Return the name of a column as names are compared: DueDate and due_date are “due date”."""
    parted = re.sub(
        r"(?<=[a-zäöü])(?=[A-ZÄÖÜ])",
        " ",
        name.strip(),
    )
    return word_of(re.sub(r"[_*:?.()/]+|-(?=\s)", " ", parted))


def priority(text):
    """Return the priority that a word means, 0 to 3; None if it isn't known, as a number isn't."""
    word = word_of(text)
    otherwise = PRIORITY_OF.get(word.removesuffix(" priority"))
    return PRIORITY_OF.get(word, otherwise)


def is_done(text):
    """Return whether a word says that a task is done; None if it isn't known."""
    word = word_of(text)
    if word in DONE or word in GIVEN_UP:
        return True
    if word in OPEN or word in UNDER_WAY:
        return False
    return None


def says_more(text):
    """Return whether a state says more than done or open, such as “in progress”."""
    return word_of(text) in GIVEN_UP | UNDER_WAY
