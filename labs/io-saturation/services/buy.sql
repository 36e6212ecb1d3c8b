\set article random(1, 12000)
BEGIN;
UPDATE articles SET stock = stock - 1 WHERE id = :article;
INSERT INTO orders (article) VALUES (:article);
COMMIT;
