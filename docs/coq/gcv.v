(* Written by: ridgeproof derive examples/processes/gcv.toml --format coq
   generalised cross-validation is risk + sigma^2.
   Up to the first section within it, Section Page says all that is assumed. *)
Require Import Reals Lra Lia Field Psatz List.
Import ListNotations. Open Scope R_scope.

(* Sums over the directions i = 0, ..., d-1, and linear combinations of sums. *)
Fixpoint sum (N : nat) (f : nat -> R) : R := match N with O => 0 | S k => sum k f + f k end.
Fixpoint lin (l : list (R * (nat -> R))) (i : nat) : R :=
  match l with [] => 0 | (c, f) :: rest => c * f i + lin rest i end.
Fixpoint slin (N : nat) (l : list (R * (nat -> R))) : R :=
  match l with [] => 0 | (c, f) :: rest => c * sum N f + slin N rest end.
Lemma sum_ext N f g : (forall i, (i < N)%nat -> f i = g i) -> sum N f = sum N g.
Proof.
  induction N as [|N IH]; intros H; cbn; [reflexivity|].
  rewrite IH, H by (intros; try apply H; lia). reflexivity.
Qed.
Lemma sum_lin N l f : (forall i, (i < N)%nat -> f i = lin l i) -> sum N f = slin N l.
Proof.
  intros H. rewrite (sum_ext N f (lin l)) by exact H. clear H.
  induction l as [|[c g] l IH]; cbn [lin slin].
  - induction N as [|N IH]; cbn; [reflexivity|rewrite IH; ring].
  - rewrite <- IH. clear IH. induction N as [|N IH]; cbn [sum]; [ring|rewrite IH; cbn [lin]; ring].
Qed.
Lemma sum_one N : sum N (fun i => 1) = INR N.
Proof. induction N as [|N IH]; cbn [sum]; [reflexivity|rewrite IH, S_INR; ring]. Qed.
Lemma sum_zero N f : (forall i, (i < N)%nat -> f i = 0) -> sum N f = 0.
Proof.
  induction N as [|N IH]; intros H; cbn [sum]; [reflexivity|].
  rewrite IH, H by (intros; try apply H; lia). ring.
Qed.
Lemma components N f g :
  (forall B, sum N (fun i => B i * f i) = sum N (fun i => B i * g i)) ->
  forall i, (i < N)%nat -> f i = g i.
Proof.
  intros H i Hi. specialize (H (fun k => if Nat.eq_dec k i then 1 else 0)). revert H.
  assert (pick : forall h, sum N (fun k => (if Nat.eq_dec k i then 1 else 0) * h k) = h i).
  { intros h. induction N as [|N IH]; [lia|]. cbn [sum]. destruct (Nat.eq_dec i N) as [->|E].
    - rewrite sum_zero; [destruct (Nat.eq_dec N N); [ring|lia]|].
      intros k Hk. destruct (Nat.eq_dec k N); [lia|ring].
    - rewrite IH by lia. destruct (Nat.eq_dec N i); [lia|ring]. }
  rewrite !pick. trivial.
Qed.
Ltac nonzero := solve [ assumption
  | match goal with H : _ <> 0 |- _ => let Z := fresh in intro Z; apply H; clear - Z; lra end
  | apply Rmult_integral_contrapositive_currified; nonzero
  | apply pow_nonzero; nonzero
  | match goal with H : ?x <> 0 |- _ => let Z := fresh in intro Z;
      apply (Rmult_integral_contrapositive_currified x x H H); clear - Z; lra end
  | match goal with H : ?x <> 0, K : ?y <> 0 |- _ => let Z := fresh in intro Z;
      apply (Rmult_integral_contrapositive_currified x y H K); clear - Z; lra end ].
Ltac nonneg := repeat first [ assumption | apply Rlt_le; assumption | apply Rplus_le_le_0_compat
  | apply Rmult_le_pos | apply pow_le | lra ].
Ltac positive := repeat first [ assumption | lra | apply Rmult_lt_0_compat | apply pow_lt
  | apply Rplus_lt_le_0_compat; [solve [positive]|nonneg]
  | apply Rplus_le_lt_0_compat; [nonneg|positive] ].
Ltac orthant := repeat split; apply Rgt_not_eq, Rlt_gt; first [solve [positive] | nra].
Ltac side := repeat split; try exact I; nonzero.

Section Page.
  Variables d n : nat.
  Variables T ask_difference ask_fresh_labels ask_gcv ask_training kappa1 lam sigma x1 : R.
  Variables s w0 : nat -> R.
  (* What the names stand for; unknowns and asks of a process by (1) to (4). *)
  Hypothesis is_lam : lam = (kappa1 * (1 + (((-1) * sum d (fun i => (s i / (kappa1 + s i)))) / T))).
  Hypothesis is_x1 : x1 = (((((sigma) ^ 2) / ((kappa1) ^ 2)) + sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) / (T * (1 + (((-1) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) / T)))).
  Hypothesis is_ask_training : ask_training = (((sigma) ^ 2) + (((kappa1) ^ 2) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) + (x1 * ((kappa1) ^ 2) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) + ((((sigma) ^ 2) * ((sum d (fun i => (s i / (kappa1 + s i)))) ^ 2)) / ((T) ^ 2)) + (((-2) * ((sigma) ^ 2) * sum d (fun i => (s i / (kappa1 + s i)))) / T) + ((((kappa1) ^ 2) * ((sum d (fun i => (s i / (kappa1 + s i)))) ^ 2) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) / ((T) ^ 2)) + (((-2) * ((kappa1) ^ 2) * sum d (fun i => (s i / (kappa1 + s i))) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) / T) + ((x1 * ((kappa1) ^ 2) * ((sum d (fun i => (s i / (kappa1 + s i)))) ^ 2) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) / ((T) ^ 2)) + (((-2) * x1 * ((kappa1) ^ 2) * sum d (fun i => (s i / (kappa1 + s i))) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) / T)).
  Hypothesis is_ask_gcv : ask_gcv = ((((sigma) ^ 2) + (((kappa1) ^ 2) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) + (x1 * ((kappa1) ^ 2) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) + ((((sigma) ^ 2) * ((sum d (fun i => (s i / (kappa1 + s i)))) ^ 2)) / ((T) ^ 2)) + (((-2) * ((sigma) ^ 2) * sum d (fun i => (s i / (kappa1 + s i)))) / T) + ((((kappa1) ^ 2) * ((sum d (fun i => (s i / (kappa1 + s i)))) ^ 2) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) / ((T) ^ 2)) + (((-2) * ((kappa1) ^ 2) * sum d (fun i => (s i / (kappa1 + s i))) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) / T) + ((x1 * ((kappa1) ^ 2) * ((sum d (fun i => (s i / (kappa1 + s i)))) ^ 2) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) / ((T) ^ 2)) + (((-2) * x1 * ((kappa1) ^ 2) * sum d (fun i => (s i / (kappa1 + s i))) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) / T)) / (((1 + (((-1) * sum d (fun i => (s i / (kappa1 + s i)))) / T))) ^ 2)).
  Hypothesis is_ask_fresh_labels : ask_fresh_labels = (((sigma) ^ 2) + (((kappa1) ^ 2) * ((x1 * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) + sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))))).
  Hypothesis is_ask_difference : ask_difference = (((-1) * ((sigma) ^ 2)) + ((((sigma) ^ 2) + (((kappa1) ^ 2) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) + (x1 * ((kappa1) ^ 2) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) + ((((sigma) ^ 2) * ((sum d (fun i => (s i / (kappa1 + s i)))) ^ 2)) / ((T) ^ 2)) + (((-2) * ((sigma) ^ 2) * sum d (fun i => (s i / (kappa1 + s i)))) / T) + ((((kappa1) ^ 2) * ((sum d (fun i => (s i / (kappa1 + s i)))) ^ 2) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) / ((T) ^ 2)) + (((-2) * ((kappa1) ^ 2) * sum d (fun i => (s i / (kappa1 + s i))) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) / T) + ((x1 * ((kappa1) ^ 2) * ((sum d (fun i => (s i / (kappa1 + s i)))) ^ 2) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) / ((T) ^ 2)) + (((-2) * x1 * ((kappa1) ^ 2) * sum d (fun i => (s i / (kappa1 + s i))) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) / T)) / (((1 + (((-1) * sum d (fun i => (s i / (kappa1 + s i)))) / T))) ^ 2)) + ((-1) * ((kappa1) ^ 2) * ((x1 * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) + sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))))).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : T <> 0.
  Hypothesis nonzero2 : forall i, (i < d)%nat -> (kappa1 + s i) <> 0.
  Hypothesis nonzero3 : (((-1) * T) + sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) <> 0.
  Hypothesis nonzero4 : kappa1 <> 0.
  Hypothesis nonzero5 : (((-1) * T) + sum d (fun i => (s i / (kappa1 + s i)))) <> 0.
  Ltac at_i i Hi := pose proof (nonzero2 i Hi).
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero1 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero3 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero4 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero5 as Z; tac Z).

Section S7.  (* difference vanishes, for every spectrum and size *)
(* algebra: by canonical forms *)
Lemma step7 : 
  ask_difference
  = 0.
Proof.
  intros.
  assert (E1 : sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => 1); (((kappa1) ^ 2), fun i => (1 / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1), fun i => (1 / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => (((w0 i) ^ 2) / (kappa1 + s i))); (((-1) * kappa1), fun i => (((w0 i) ^ 2) / (((kappa1 + s i)) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E3 : sum d (fun i => (s i / (kappa1 + s i))) = slin d [(1, fun i => 1); (((-1) * kappa1), fun i => (1 / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?is_ask_difference.
  rewrite ?is_x1.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?is_ask_difference in Z; rewrite ?is_x1 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S7.

Section S8.  (* gcv is fresh_labels, for every spectrum and size *)
(* algebra: by canonical forms *)
Lemma step8 : 
  ask_gcv
  = ask_fresh_labels.
Proof.
  intros.
  assert (E1 : sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => 1); (((kappa1) ^ 2), fun i => (1 / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1), fun i => (1 / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => (((w0 i) ^ 2) / (kappa1 + s i))); (((-1) * kappa1), fun i => (((w0 i) ^ 2) / (((kappa1 + s i)) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E3 : sum d (fun i => (s i / (kappa1 + s i))) = slin d [(1, fun i => 1); (((-1) * kappa1), fun i => (1 / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?is_ask_fresh_labels.
  rewrite ?is_ask_gcv.
  rewrite ?is_x1.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?is_ask_fresh_labels in Z; rewrite ?is_ask_gcv in Z; rewrite ?is_x1 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S8.

End Page.
