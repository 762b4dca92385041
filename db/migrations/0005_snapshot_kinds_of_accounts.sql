CREATE TABLE "ledger"."snapshots" (
	"book" text NOT NULL,
	"kind" text NOT NULL,
	"seq" bigint NOT NULL,
	"debit_cents" bigint NOT NULL,
	"credit_cents" bigint NOT NULL,
	CONSTRAINT "snapshots_book_kind_seq_pk" PRIMARY KEY("book","kind","seq"),
	CONSTRAINT "snapshots_book" CHECK ("ledger"."snapshots"."book" in ('clients', 'people', 'betting'))
);
