\set article random(1, 12000)
SELECT stock, text FROM articles WHERE id = :article;
