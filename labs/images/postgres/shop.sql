-- A small shop: what customers look at, and what they buy. The texts do not compress well, as real ones.
CREATE TABLE articles (id int PRIMARY KEY, stock int NOT NULL, text text NOT NULL);
INSERT INTO articles
  SELECT id, 1000, md5('a' || id) || md5('b' || id) || md5('c' || id) || md5('d' || id) || md5('e' || id)
  FROM generate_series(1, 12000) AS id;
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, article int NOT NULL, placed timestamptz NOT NULL DEFAULT now());
CREATE TABLE hours (open boolean NOT NULL);
INSERT INTO hours VALUES (false);
VACUUM (FREEZE, ANALYZE);
CHECKPOINT;
