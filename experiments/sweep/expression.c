#include "experiments/sweep/expression.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/document.h"

enum { LONGEST_TEXT = 4096, DEEPEST_NESTING = 64 };

typedef enum operation {
    OR,
    AND,
    NOT,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    EQUAL,
    NOT_EQUAL,
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    NEGATE,
    NUMBER,
    TEXT,
    BOOLEAN,
    NOTHING,
    PATH
} operation;

/* One operation; `left` and `right` index the expression's terms. */
typedef struct term {
    operation what;
    size_t at; /* character in the text, from 1 */
    size_t left;
    size_t right;
    double number;
    bool boolean;
    char *text; /* TEXT, PATH: owned by the expression's buffer */
} term;

struct bt_expression {
    term *terms;
    size_t n_terms;
    size_t root;
    char *buffer; /* texts and paths, each ended by 0 */
};

/* ---- compiling: recursive descent, one function per level ---- */

typedef struct compiler {
    bt_expression *expression;
    const char *text;
    size_t next; /* the first character that is not yet read */
    size_t buffer_used;
    int depth;
    bt_error *error;
    bool failed;
} compiler;

static size_t parse_or(compiler *self);

static size_t fail_at(compiler *self, size_t at, const char *message)
{
    if (!self->failed)
        bt_fail(self->error, BT_BAD_INPUT, "at character %zu of \"%s\": %s", at + 1, self->text,
                message);
    self->failed = true;
    return 0;
}

static size_t add_term(compiler *self, term added)
{
    /* Every term consumes at least one character, for which there is room. */
    bt_expression *expression = self->expression;
    expression->terms[expression->n_terms] = added;
    return expression->n_terms++;
}

static void skip_blanks(compiler *self)
{
    while (isspace((unsigned char)self->text[self->next]))
        self->next++;
}

static bool is_word_character(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

/* Read `symbol` if it comes next: a word must end there. */
static bool accept(compiler *self, const char *symbol)
{
    skip_blanks(self);
    size_t length = strlen(symbol);
    if (strncmp(self->text + self->next, symbol, length) != 0)
        return false;
    char after = self->text[self->next + length];
    if (isalpha((unsigned char)symbol[0]) &&
        (is_word_character(after) || after == '.' || after == '['))
        return false;
    self->next += length;
    return true;
}

/* A copy of `length` characters from `start`, ended by 0. */
static char *keep(compiler *self, size_t start, size_t length)
{
    char *kept = self->expression->buffer + self->buffer_used;
    memcpy(kept, self->text + start, length);
    kept[length] = '\0';
    self->buffer_used += length + 1;
    return kept;
}

static bool continues_number(const char *text, size_t at)
{
    bool is_exponent_sign =
        (text[at] == '+' || text[at] == '-') && (text[at - 1] == 'e' || text[at - 1] == 'E');
    return is_word_character(text[at]) || text[at] == '.' || is_exponent_sign;
}

static size_t parse_number(compiler *self, size_t start)
{
    size_t end = start + 1;
    while (continues_number(self->text, end))
        end++;
    double number;
    if (!bt_text_to_real(keep(self, start, end - start), &number))
        return fail_at(self, start, "this is not a number");
    self->next = end;
    return add_term(self, (term){.what = NUMBER, .at = start, .number = number});
}

static size_t parse_quoted(compiler *self, size_t start)
{
    const char *closing = strchr(self->text + start + 1, self->text[start]);
    if (closing == NULL)
        return fail_at(self, start, "this quotation mark is never closed");
    size_t end = (size_t)(closing - self->text);
    self->next = end + 1;
    return add_term(
        self,
        (term){.what = TEXT, .at = start, .text = keep(self, start + 1, end - start - 1)});
}

/* name, .name, [...] in a row */
static size_t parse_path(compiler *self, size_t start)
{
    size_t end = start;
    while (is_word_character(self->text[end]) || self->text[end] == '.' ||
           self->text[end] == '[') {
        if (self->text[end] == '[') {
            const char *closing = strchr(self->text + end, ']');
            if (closing == NULL)
                return fail_at(self, end, "this bracket is never closed");
            end = (size_t)(closing - self->text);
        }
        end++;
    }
    self->next = end;
    return add_term(self,
                    (term){.what = PATH, .at = start, .text = keep(self, start, end - start)});
}

static size_t parse_primary(compiler *self)
{
    skip_blanks(self);
    size_t start = self->next;
    char first = self->text[start];
    if (accept(self, "true"))
        return add_term(self, (term){.what = BOOLEAN, .at = start, .boolean = true});
    if (accept(self, "false"))
        return add_term(self, (term){.what = BOOLEAN, .at = start, .boolean = false});
    if (accept(self, "null"))
        return add_term(self, (term){.what = NOTHING, .at = start});
    if (accept(self, "and") || accept(self, "or") || accept(self, "not"))
        return fail_at(self, start, "here a number, a text in quotes or a path is expected");
    if (accept(self, "(")) {
        size_t inner = parse_or(self);
        if (!self->failed && !accept(self, ")"))
            return fail_at(self, self->next, "a closing parenthesis is missing");
        return inner;
    }
    if (isdigit((unsigned char)first) || first == '.')
        return parse_number(self, start);
    if (first == '\'' || first == '"')
        return parse_quoted(self, start);
    if (isalpha((unsigned char)first) || first == '_')
        return parse_path(self, start);
    if (first == '\0')
        return fail_at(self, start, "it ends where a value is expected");
    return fail_at(self, start, "here a number, a text in quotes or a path is expected");
}

static size_t parse_unary(compiler *self)
{
    skip_blanks(self);
    size_t at = self->next;
    if (!accept(self, "-"))
        return parse_primary(self);
    if (++self->depth > DEEPEST_NESTING)
        return fail_at(self, at, "this is nested too deeply");
    size_t operand = parse_unary(self);
    self->depth--;
    return self->failed ? 0 : add_term(self, (term){.what = NEGATE, .at = at, .left = operand});
}

typedef struct binary_operator {
    const char *symbol;
    operation what;
} binary_operator;

static const binary_operator *accept_operator(compiler *self, const binary_operator *operators,
                                              size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (accept(self, operators[i].symbol))
            return &operators[i];
    return NULL;
}

/* operand (symbol operand)*, grouped from the left */
static size_t parse_binary(compiler *self, const binary_operator *operators, size_t count,
                           size_t (*operand)(compiler *))
{
    size_t left = operand(self);
    while (!self->failed) {
        skip_blanks(self);
        size_t at = self->next;
        const binary_operator *found = accept_operator(self, operators, count);
        if (found == NULL)
            return left;
        size_t right = operand(self);
        if (!self->failed)
            left = add_term(
                self, (term){.what = found->what, .at = at, .left = left, .right = right});
    }
    return 0;
}

static size_t parse_product(compiler *self)
{
    static const binary_operator operators[] = {{"*", MULTIPLY}, {"/", DIVIDE}};
    return parse_binary(self, operators, 2, parse_unary);
}

static size_t parse_sum(compiler *self)
{
    static const binary_operator operators[] = {{"+", ADD}, {"-", SUBTRACT}};
    return parse_binary(self, operators, 2, parse_product);
}

static size_t parse_comparison(compiler *self)
{
    static const binary_operator operators[] = {
        {"<=", LESS_OR_EQUAL}, {"<", LESS},   {">=", GREATER_OR_EQUAL},
        {">", GREATER},        {"==", EQUAL}, {"!=", NOT_EQUAL}};
    const size_t count = sizeof(operators) / sizeof(operators[0]);
    size_t left = parse_sum(self);
    skip_blanks(self);
    size_t at = self->next;
    const binary_operator *found =
        self->failed ? NULL : accept_operator(self, operators, count);
    if (found == NULL)
        return left;
    size_t right = parse_sum(self);
    skip_blanks(self);
    size_t after = self->next;
    if (!self->failed && accept_operator(self, operators, count) != NULL)
        return fail_at(self, after, "comparisons do not chain: write a < b and b < c");
    if (self->failed)
        return 0;
    return add_term(self, (term){.what = found->what, .at = at, .left = left, .right = right});
}

static size_t parse_not(compiler *self)
{
    skip_blanks(self);
    size_t at = self->next;
    if (!accept(self, "not"))
        return parse_comparison(self);
    if (++self->depth > DEEPEST_NESTING)
        return fail_at(self, at, "this is nested too deeply");
    size_t operand = parse_not(self);
    self->depth--;
    return self->failed ? 0 : add_term(self, (term){.what = NOT, .at = at, .left = operand});
}

static size_t parse_and(compiler *self)
{
    static const binary_operator operators[] = {{"and", AND}};
    return parse_binary(self, operators, 1, parse_not);
}

static size_t parse_or(compiler *self)
{
    static const binary_operator operators[] = {{"or", OR}};
    if (++self->depth > DEEPEST_NESTING)
        return fail_at(self, self->next, "this is nested too deeply");
    size_t result = parse_binary(self, operators, 1, parse_and);
    self->depth--;
    return result;
}

bt_status bt_expression_compile(const char *text, bt_expression **expression, bt_error *error)
{
    *expression = NULL;
    size_t length = strlen(text);
    if (length > LONGEST_TEXT)
        return bt_fail(error, BT_BAD_INPUT,
                       "the condition has %zu characters; %d is the most there may be", length,
                       LONGEST_TEXT);
    bt_expression *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for a condition");
    made->terms = calloc(length + 1, sizeof(*made->terms));
    made->buffer = malloc(2 * length + 1);
    if (made->terms == NULL || made->buffer == NULL) {
        bt_expression_destroy(made);
        return bt_fail(error, BT_INTERNAL, "there is no memory for a condition");
    }
    compiler self = {.expression = made, .text = text, .error = error};
    made->root = parse_or(&self);
    skip_blanks(&self);
    if (!self.failed && text[self.next] == '=')
        fail_at(&self, self.next, "equality is written ==");
    else if (!self.failed && text[self.next] != '\0')
        fail_at(&self, self.next, "here `and`, `or`, an operator or the end is expected");
    if (self.failed) {
        bt_expression_destroy(made);
        return BT_BAD_INPUT;
    }
    *expression = made;
    return BT_OK;
}

void bt_expression_destroy(bt_expression *expression)
{
    if (expression == NULL)
        return;
    free(expression->terms);
    free(expression->buffer);
    free(expression);
}

/* ---- evaluating ---- */

typedef struct evaluator {
    const bt_expression *expression;
    bt_look_up *look_up;
    void *context;
    bt_error *error;
} evaluator;

static bt_status evaluate(const evaluator *self, size_t index, bt_value *value);

static const char *kind_name(bt_value_kind kind)
{
    static const char *const names[] = {[BT_VALUE_NUMBER] = "a number",
                                        [BT_VALUE_TEXT] = "a text",
                                        [BT_VALUE_BOOLEAN] = "true or false",
                                        [BT_VALUE_NULL] = "null"};
    return names[kind];
}

static bt_status fail_kind(const evaluator *self, size_t index, const bt_value *value,
                           bt_value_kind expected)
{
    return bt_fail(
        self->error, BT_BAD_INPUT, "at character %zu: this is %s where %s is expected",
        self->expression->terms[index].at + 1, kind_name(value->kind), kind_name(expected));
}

/* Evaluate a term that must be of one kind. */
static bt_status evaluate_as(const evaluator *self, size_t index, bt_value_kind kind,
                             bt_value *value)
{
    bt_status status = evaluate(self, index, value);
    if (status != BT_OK || value->kind == kind)
        return status;
    return fail_kind(self, index, value, kind);
}

static bt_value boolean_value(bool boolean)
{
    return (bt_value){.kind = BT_VALUE_BOOLEAN, .boolean = boolean};
}

static bt_value number_value(double number)
{
    return (bt_value){.kind = BT_VALUE_NUMBER, .number = number};
}

/* and, or: the right side only where the left one leaves the answer open */
static bt_status evaluate_logic(const evaluator *self, const term *node, bt_value *value)
{
    bt_status status = evaluate_as(self, node->left, BT_VALUE_BOOLEAN, value);
    if (status != BT_OK || value->boolean == (node->what == OR))
        return status;
    return evaluate_as(self, node->right, BT_VALUE_BOOLEAN, value);
}

static bool are_equal(const bt_value *left, const bt_value *right)
{
    if (left->kind != right->kind)
        return false;
    switch (left->kind) {
    case BT_VALUE_TEXT:
        return strcmp(left->text, right->text) == 0;
    case BT_VALUE_BOOLEAN:
        return left->boolean == right->boolean;
    case BT_VALUE_NUMBER:
        return !(left->number < right->number) && !(left->number > right->number);
    case BT_VALUE_NULL:
        break;
    }
    return true;
}

/* Of one kind, or one of them null. */
static bt_status evaluate_equality(const evaluator *self, const term *node, bt_value *value)
{
    bt_value left, right;
    bt_status status = evaluate(self, node->left, &left);
    if (status == BT_OK)
        status = evaluate(self, node->right, &right);
    if (status != BT_OK)
        return status;
    if (left.kind != right.kind && left.kind != BT_VALUE_NULL && right.kind != BT_VALUE_NULL)
        return fail_kind(self, node->right, &right, left.kind);
    *value = boolean_value(are_equal(&left, &right) == (node->what == EQUAL));
    return BT_OK;
}

static bool is_in_order(operation what, int order)
{
    switch (what) {
    case LESS:
        return order < 0;
    case LESS_OR_EQUAL:
        return order <= 0;
    case GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

/* Two numbers, or two texts in the order of their bytes. */
static bt_status evaluate_order(const evaluator *self, const term *node, bt_value *value)
{
    bt_value left, right;
    bt_status status = evaluate(self, node->left, &left);
    if (status == BT_OK && left.kind != BT_VALUE_TEXT && left.kind != BT_VALUE_NUMBER)
        status = fail_kind(self, node->left, &left, BT_VALUE_NUMBER);
    if (status == BT_OK)
        status = evaluate_as(self, node->right, left.kind, &right);
    if (status != BT_OK)
        return status;
    int order = left.kind == BT_VALUE_TEXT
                    ? strcmp(left.text, right.text)
                    : (left.number > right.number) - (left.number < right.number);
    *value = boolean_value(is_in_order(node->what, order));
    return BT_OK;
}

static bt_status evaluate_arithmetic(const evaluator *self, const term *node, bt_value *value)
{
    bt_value left, right;
    bt_status status = evaluate_as(self, node->left, BT_VALUE_NUMBER, &left);
    if (status == BT_OK)
        status = evaluate_as(self, node->right, BT_VALUE_NUMBER, &right);
    if (status != BT_OK)
        return status;
    double a = left.number, b = right.number;
    switch (node->what) {
    case ADD:
        *value = number_value(a + b);
        break;
    case SUBTRACT:
        *value = number_value(a - b);
        break;
    case MULTIPLY:
        *value = number_value(a * b);
        break;
    default:
        if (fpclassify(b) == FP_ZERO)
            return bt_fail(self->error, BT_BAD_INPUT, "at character %zu: division by zero",
                           node->at + 1);
        *value = number_value(a / b);
        break;
    }
    return BT_OK;
}

static bt_status evaluate(const evaluator *self, size_t index, bt_value *value)
{
    const term *node = &self->expression->terms[index];
    bt_status status;
    switch (node->what) {
    case OR:
    case AND:
        return evaluate_logic(self, node, value);
    case NOT:
        status = evaluate_as(self, node->left, BT_VALUE_BOOLEAN, value);
        value->boolean = !value->boolean;
        return status;
    case EQUAL:
    case NOT_EQUAL:
        return evaluate_equality(self, node, value);
    case LESS:
    case LESS_OR_EQUAL:
    case GREATER:
    case GREATER_OR_EQUAL:
        return evaluate_order(self, node, value);
    case NEGATE:
        status = evaluate_as(self, node->left, BT_VALUE_NUMBER, value);
        value->number = -value->number;
        return status;
    case NUMBER:
        *value = number_value(node->number);
        return BT_OK;
    case TEXT:
        *value = (bt_value){.kind = BT_VALUE_TEXT, .text = node->text};
        return BT_OK;
    case BOOLEAN:
        *value = boolean_value(node->boolean);
        return BT_OK;
    case NOTHING:
        *value = (bt_value){.kind = BT_VALUE_NULL};
        return BT_OK;
    case PATH:
        status = self->look_up(self->context, node->text, value, self->error);
        if (status != BT_OK)
            bt_error_prefix(self->error, "at character %zu", node->at + 1);
        return status;
    default:
        return evaluate_arithmetic(self, node, value);
    }
}

bt_status bt_expression_holds(const bt_expression *expression, bt_look_up *look_up,
                              void *context, bool *holds, bt_error *error)
{
    evaluator self = {expression, look_up, context, error};
    bt_value value = boolean_value(false);
    bt_status status = evaluate_as(&self, expression->root, BT_VALUE_BOOLEAN, &value);
    *holds = status == BT_OK && value.boolean;
    return status;
}
