CREATE TABLE "ledger"."seals" (
	"book" text NOT NULL,
	"seq" bigint NOT NULL,
	"transaction_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"sealed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "seals_book_seq_pk" PRIMARY KEY("book","seq"),
	CONSTRAINT "seals_book" CHECK ("ledger"."seals"."book" in ('clients', 'people', 'betting')),
	CONSTRAINT "seals_seq" CHECK ("ledger"."seals"."seq" > 0)
);
--> statement-breakpoint
CREATE TABLE "ledger"."snapshots" (
	"account_id" text NOT NULL,
	"book" text NOT NULL,
	"seq" bigint NOT NULL,
	"debit_cents" bigint NOT NULL,
	"credit_cents" bigint NOT NULL,
	"taken_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "snapshots_account_id_seq_pk" PRIMARY KEY("account_id","seq"),
	CONSTRAINT "snapshots_book" CHECK (split_part("ledger"."snapshots"."account_id", ':', 1) = "ledger"."snapshots"."book")
);
--> statement-breakpoint
CREATE TABLE "ledger"."verifications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"report" jsonb NOT NULL
);
--> statement-breakpoint
DROP INDEX "ledger"."lines_account";--> statement-breakpoint
ALTER TABLE "ledger"."seals" ADD CONSTRAINT "seals_transaction_id_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "ledger"."transactions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger"."snapshots" ADD CONSTRAINT "snapshots_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "ledger"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "seals_transaction" ON "ledger"."seals" USING btree ("transaction_id");--> statement-breakpoint
CREATE INDEX "seals_sealed_at" ON "ledger"."seals" USING btree ("book","sealed_at");--> statement-breakpoint
CREATE INDEX "verifications_at" ON "ledger"."verifications" USING btree ("at");--> statement-breakpoint
CREATE INDEX "transactions_recorded_at" ON "ledger"."transactions" USING btree ("book","recorded_at");--> statement-breakpoint
CREATE INDEX "lines_account" ON "ledger"."lines" USING btree ("account_id","occurred_at","no","amount_cents");