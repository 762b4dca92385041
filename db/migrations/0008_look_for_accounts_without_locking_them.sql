ALTER TABLE "ledger"."lines" DROP CONSTRAINT "lines_account_id_accounts_id_fk";
