// libedit sets and asks everything through variadic functions, which Swift cannot call.
#pragma once
#include <histedit.h>
#include <stdio.h>
#include <wchar.h>
#include <wctype.h>

typedef char *(*clibedit_prompt)(EditLine *);
typedef unsigned char (*clibedit_function)(EditLine *, int);
typedef int (*clibedit_read_character)(EditLine *, wchar_t *);

// Text between two `escape` characters is sent to the terminal as it is and takes no room.
static inline int clibedit_set_prompt(EditLine *editor, clibedit_prompt prompt, wchar_t escape) {
  return el_set(editor, EL_PROMPT_ESC, prompt, escape);
}

static inline int clibedit_set_client_data(EditLine *editor, void *data) {
  return el_set(editor, EL_CLIENTDATA, data);
}

static inline void *clibedit_client_data(EditLine *editor) {
  void *data = NULL;
  return el_get(editor, EL_CLIENTDATA, &data) == 0 ? data : NULL;
}

// Fails when nothing is known about terminals of that type.
static inline int clibedit_set_terminal(EditLine *editor, const char *type) {
  return el_set(editor, EL_TERMINAL, type);
}

// Where complaints go, about the user's own settings for example.
static inline int clibedit_set_error_stream(EditLine *editor, FILE *stream) {
  return el_set(editor, EL_SETFP, 2, stream);
}

// "emacs" or "vi"
static inline int clibedit_set_style(EditLine *editor, const char *style) {
  return el_set(editor, EL_EDITOR, style);
}

static inline const char *clibedit_style(EditLine *editor) {
  const char *style = NULL;
  return el_get(editor, EL_EDITOR, &style) == 0 ? style : NULL;
}

static inline int clibedit_handle_signals(EditLine *editor, int on) { return el_set(editor, EL_SIGNAL, on); }

static inline int clibedit_set_history(EditLine *editor, History *past) {
  return el_set(editor, EL_HIST, history, past);
}

static inline int clibedit_add_function(
    EditLine *editor, const char *name, const char *help, clibedit_function function) {
  return el_set(editor, EL_ADDFN, name, help, function);
}

static inline int clibedit_bind(EditLine *editor, const char *key, const char *function) {
  return el_set(editor, EL_BIND, key, function, NULL);
}

// The second keymap: command mode of vi.
static inline int clibedit_bind_alternative(EditLine *editor, const char *key, const char *function) {
  return el_set(editor, EL_BIND, "-a", key, function, NULL);
}

static inline int clibedit_set_read_character(EditLine *editor, clibedit_read_character read_character) {
  return el_set(editor, EL_GETCFN, read_character);
}

// Draws prompt and line anew, from the place where the cursor is.
static inline int clibedit_redraw(EditLine *editor) { return el_set(editor, EL_REFRESH); }

// Some vi commands of libedit leave the cursor before or behind the line, and the next one writes there.
static inline void clibedit_keep_cursor_in_line(EditLine *editor) {
  const LineInfoW *line = el_wline(editor);
  // It moves the cursor as told, and then into the line.
  if (line->cursor < line->buffer) el_cursor(editor, -1);
  if (line->cursor > line->lastchar) el_cursor(editor, 1);
}

// Columns that libedit gives a character other than tab and newline, by the locale of the thread: ^X for control
// characters, \U+1234 for what the locale cannot print, and never nothing.
static inline int clibedit_columns(wchar_t character) {
  if (character < 0x100 && iswcntrl((wint_t)character)) return 2;
  if (!iswprint((wint_t)character)) return character > 0xFFFF ? 8 : 7;
  int width = wcwidth(character);
  return width < 1 ? 1 : width;
}

// 1: the terminal hands over every key; 0: as a program that reads lines expects it.
static inline int clibedit_prepare_terminal(EditLine *editor, int on) {
  return el_set(editor, EL_PREP_TERM, on);
}

static inline int clibedit_history_set_size(History *past, int size) {
  HistEvent event;
  return history(past, &event, H_SETSIZE, size);
}

static inline int clibedit_history_enter(History *past, const char *line) {
  HistEvent event;
  return history(past, &event, H_ENTER, line);
}

static inline int clibedit_history_clear(History *past) {
  HistEvent event;
  return history(past, &event, H_CLEAR);
}
