-- What the ledger of the demonstration shop must say, worked out from the rules and nothing else.
--
-- Reads two tables:   history  the lines of history.csv, every column as text
--                     ending   one row, one column `day`: the last day that was played
-- Leaves two tables:  totals   one row per ambassador, and a last one for the whole shop
--                     doubts   lines for which the answer would hang on luck; it must be empty
--
-- The rules are stated in README.md. A day runs like this: what falls due is settled, then the day's lines
-- arrive, then those are settled. So a line sees every release due on its day, and no other line of its day.

-- 1. The lines played so far, with amounts as numbers and addresses in the form that tells people apart:
--    capitals never count; at gmail.com neither do dots, nor anything from a plus sign on.
CREATE TABLE played AS
SELECT CAST(line AS INTEGER) AS line, day, at, event, person, order_id, code_of, currency, first_order,
       CAST(amount AS INTEGER) AS amount, refund_id, kind, expect, first_name, last_name,
       CASE WHEN lower(email) LIKE '%@gmail.com'
            THEN replace(substr(lower(email), 1, instr(replace(lower(email), '@', '+'), '+') - 1), '.', '')
                 || '@gmail.com'
            ELSE lower(email) END AS mail
FROM history
WHERE day <= (SELECT day FROM ending);

-- 2. Ambassadors: the first enrolment of each person.
CREATE TABLE ambassadors AS
SELECT person, mail, line, trim(first_name || ' ' || last_name) AS name
FROM (SELECT *, row_number() OVER (PARTITION BY mail ORDER BY line) AS turn
      FROM played WHERE event = 'enrol')
WHERE turn = 1;

-- 3. Orders that earn something: within the rules, the first line of its order, the first order of its friend.
CREATE TABLE admitted AS
WITH usable AS (
    SELECT o.*, a.person AS ambassador
    FROM played AS o JOIN ambassadors AS a ON a.person = o.code_of AND a.line < o.line
    WHERE o.event = 'order' AND o.currency = 'EUR' AND o.amount >= 2000
      AND o.first_order <> 'false' AND o.mail <> a.mail),
first_lines AS (
    SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY line) AS turn FROM usable)
    WHERE turn = 1),
first_orders AS (
    SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY mail ORDER BY line) AS visit FROM first_lines)
    WHERE visit = 1)
SELECT order_id, ambassador, line, day, at,
       date(at, '+30 days') AS release_day,
       amount - amount * 10 / 100 AS paid            -- whole numbers: "/" rounds down
FROM first_orders;

CREATE INDEX admitted_order ON admitted (order_id);

-- 4. Refunds, each with the day from which it counts and the day from which it no longer does.
CREATE TABLE refunds AS
SELECT r.order_id, r.refund_id, r.line, r.day, r.kind, r.amount,
       coalesce((SELECT min(v.day) FROM played AS v WHERE v.event = 'reversal'
                 AND v.order_id = r.order_id AND v.refund_id = r.refund_id), '9999-12-31') AS reversed_day
FROM (SELECT *, row_number() OVER (PARTITION BY order_id, refund_id ORDER BY line) AS turn
      FROM played WHERE event = 'refund' AND currency = 'EUR') AS r
JOIN admitted USING (order_id)
WHERE r.turn = 1;

CREATE INDEX refunds_order ON refunds (order_id);

-- 5. What is left of each order, as of the evening of each day on which that may have changed. The first such
--    day is the order's own; refunds that were there before it are part of its first look. Of an order that was paid
--    back refund by refund a few cents may be left over by rounding: one for each but the first, at most 5, are nothing.
CREATE TABLE nets AS
WITH days AS (
    SELECT order_id, day FROM admitted
    UNION SELECT order_id, r.day FROM refunds AS r JOIN admitted AS o USING (order_id) WHERE r.day > o.day
    UNION SELECT order_id, r.reversed_day FROM refunds AS r JOIN admitted AS o USING (order_id)
          WHERE r.reversed_day > o.day AND r.reversed_day < '9999'),
sums AS (
    SELECT d.order_id, d.day,
           coalesce(sum(r.amount), 0) AS refunded,
           min(count(r.amount) - 1, 5) AS crumbs,
           coalesce(max(r.kind = 'cancellation'), 0) AS cancelled
    FROM days AS d LEFT JOIN refunds AS r
      ON r.order_id = d.order_id AND r.day <= d.day AND r.reversed_day > d.day
    GROUP BY d.order_id, d.day)
SELECT o.order_id, o.ambassador, o.release_day, o.day AS first_day, s.day,
       lead(s.day, 1, '9999-12-31') OVER (PARTITION BY o.order_id ORDER BY s.day) AS next_day,
       CASE WHEN s.cancelled OR o.paid - s.refunded <= s.crumbs THEN 0 ELSE o.paid - s.refunded END AS net
FROM sums AS s JOIN admitted AS o USING (order_id);

CREATE INDEX nets_ambassador ON nets (ambassador, day);

-- 6. The reward each order was granted, by the tier on the day of its first look: of the ambassador's orders
--    looked at on an earlier day, those released by today of which something was left this morning.
--    (Something left means a worth above zero: see the first of the doubts.)
CREATE TABLE granted AS
SELECT order_id, paid, counted_before,
       paid * CASE WHEN counted_before >= 15 THEN 15 WHEN counted_before >= 5 THEN 12 ELSE 10 END / 100 AS grant_
FROM (SELECT o.order_id, o.paid,
             (SELECT count(*) FROM nets AS n
              WHERE n.ambassador = o.ambassador AND n.day < o.day AND o.day <= n.next_day
                AND n.release_day <= o.day AND n.net > 0) AS counted_before
      FROM admitted AS o);

CREATE INDEX granted_order ON granted (order_id);

-- 7. The worth of each order on those evenings, and its change: one entry of the ledger each. A change before
--    the release day moves what is held; from that day on (releases come first) it moves what is available.
CREATE TABLE changes AS
SELECT order_id, ambassador, release_day, first_day, day, worth,
       worth - lag(worth, 1, 0) OVER (PARTITION BY order_id ORDER BY day) AS change,
       day < release_day AS is_held
FROM (SELECT n.*, g.grant_ * n.net / g.paid AS worth
      FROM nets AS n JOIN granted AS g USING (order_id));

-- 8. Entries by kind for each order. An order first heard of after its release day is held and released at once.
CREATE TABLE positions AS
SELECT order_id, ambassador,
       sum(CASE WHEN is_held OR day = first_day THEN max(change, 0) ELSE 0 END) AS hold,
       CASE WHEN max(release_day, first_day) > (SELECT day FROM ending) THEN 0
            ELSE sum(CASE WHEN is_held OR day = first_day THEN change ELSE 0 END) END AS release,
       sum(CASE WHEN is_held THEN max(-change, 0) ELSE 0 END) AS void,
       sum(CASE WHEN is_held THEN 0 ELSE max(-change, 0) END) AS clawback,
       sum(CASE WHEN is_held OR day = first_day THEN 0 ELSE max(change, 0) END) AS reinstate,
       sum(change) AS worth,
       max(release_day, first_day) <= (SELECT day FROM ending) AS is_released
FROM changes
GROUP BY order_id;

-- 9. The answer. Columns held and available come from worth and phase, the kinds from the single changes, so
--    held = hold - void - release and available = release - clawback + reinstate check one against the other.
CREATE TABLE totals AS
WITH sums AS (
    SELECT a.line, a.person, a.name,
           coalesce(sum(p.is_released AND p.worth > 0), 0) AS counted,
           coalesce(sum(CASE WHEN p.is_released THEN 0 ELSE p.worth END), 0) AS held,
           coalesce(sum(CASE WHEN p.is_released THEN p.worth ELSE 0 END), 0) AS available,
           coalesce(sum(p.hold), 0) AS hold, coalesce(sum(p.release), 0) AS release,
           coalesce(sum(p.void), 0) AS void, coalesce(sum(p.clawback), 0) AS clawback,
           coalesce(sum(p.reinstate), 0) AS reinstate
    FROM ambassadors AS a LEFT JOIN positions AS p ON p.ambassador = a.person
    GROUP BY a.line, a.person, a.name
    ORDER BY a.line)
SELECT person, name, CASE WHEN counted >= 15 THEN 'Gold' WHEN counted >= 5 THEN 'Silver' ELSE 'Starter' END AS tier,
       counted, held, available, hold, release, void, clawback, reinstate
FROM sums
UNION ALL
SELECT 'TOTAL', '', '', sum(counted), sum(held), sum(available), sum(hold), sum(release), sum(void),
       sum(clawback), sum(reinstate)
FROM sums;

-- 10. Doubts: what a history must not contain, or two honest ledgers could differ.
CREATE TABLE doubts AS
SELECT order_id, day, 'a rest so small that its worth may be zero' AS why
FROM nets WHERE net BETWEEN 1 AND 99
UNION ALL
SELECT order_id, day, 'placed after noon: released on its day before or after the lines?'
FROM admitted WHERE substr(at, 12, 5) >= '12:00'
UNION ALL
SELECT r.order_id, r.day, 'refund after its order on the same day: one look or two?'
FROM refunds AS r JOIN admitted AS o USING (order_id) WHERE r.day = o.day AND r.line > o.line
UNION ALL
SELECT order_id, day, 'refund and reversal on the same day: one look or two?'
FROM refunds WHERE reversed_day = day
UNION ALL
SELECT r.order_id, r.reversed_day, 'voided while held, won back after the release: by which kind?'
FROM refunds AS r JOIN admitted AS o USING (order_id)
WHERE r.day < o.release_day AND r.reversed_day >= o.release_day AND r.reversed_day < '9999'
UNION ALL
SELECT o.order_id, o.day, 'the count behind its tier changes on the same day, by ' || c.order_id
FROM admitted AS o JOIN changes AS c
  ON c.ambassador = o.ambassador AND c.day = o.day AND c.order_id <> o.order_id AND NOT c.is_held
 AND (c.worth > 0) <> (c.worth - c.change > 0)
UNION ALL
SELECT order_id, day, 'the rules and the column expect disagree'
FROM played AS o
WHERE event = 'order'
  AND (expect = 'accepted') <> EXISTS (SELECT 1 FROM admitted AS a WHERE a.line = o.line);
