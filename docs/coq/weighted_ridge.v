(* Written by: ridgeproof derive weighted-ridge --format coq
   weighted-ridge.
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
  Variables T0 W ask_mean ask_second_moment df2_0 gamma0 kappa0 kappa1 lam0 share sigma0 sigma_real x1 : R.
  Variables B_ a m s u v w0 : nat -> R.
  (* What the names stand for; unknowns and asks of a process by (1) to (4). *)
  Hypothesis is_lam0 : lam0 = (kappa1 * (1 + (((-1) * sum d (fun i => (s i / (kappa1 + s i)))) / T0))).
  Hypothesis is_x1 : x1 = (((((sigma0) ^ 2) / ((kappa1) ^ 2)) + (sum d (fun i => (s i * v i)) / ((kappa1) ^ 2)) + (sum d (fun i => (s i * ((w0 i) ^ 2) * ((u i) ^ 2))) / ((kappa1) ^ 2)) + (sum d (fun i => ((((s i) ^ 3) * v i) / (((kappa1 + s i)) ^ 2))) / ((kappa1) ^ 2)) + (sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 3) * ((u i) ^ 2)) / (((kappa1 + s i)) ^ 2))) / ((kappa1) ^ 2)) + (((share) ^ 2) * sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) + (((-2) * sum d (fun i => ((((s i) ^ 2) * v i) / (kappa1 + s i)))) / ((kappa1) ^ 2)) + (((-2) * sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * ((u i) ^ 2)) / (kappa1 + s i)))) / ((kappa1) ^ 2)) + ((-2) * ((share) ^ 2) * sum d (fun i => ((s i * ((w0 i) ^ 2) * u i) / (((kappa1 + s i)) ^ 2)))) + (2 * share * sum d (fun i => ((s i * ((w0 i) ^ 2) * u i) / (((kappa1 + s i)) ^ 2)))) + ((((share) ^ 2) * ((sigma0) ^ 2)) / ((kappa1) ^ 2)) + ((((share) ^ 2) * ((sigma_real) ^ 2)) / ((kappa1) ^ 2)) + ((((share) ^ 2) * sum d (fun i => (s i * v i))) / ((kappa1) ^ 2)) + ((((share) ^ 2) * sum d (fun i => (s i * ((w0 i) ^ 2) * ((u i) ^ 2)))) / ((kappa1) ^ 2)) + ((((share) ^ 2) * sum d (fun i => ((((s i) ^ 3) * v i) / (((kappa1 + s i)) ^ 2)))) / ((kappa1) ^ 2)) + ((((share) ^ 2) * sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 3) * ((u i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) / ((kappa1) ^ 2)) + (((-2) * share * ((sigma0) ^ 2)) / ((kappa1) ^ 2)) + (((-2) * share * sum d (fun i => (s i * v i))) / ((kappa1) ^ 2)) + (((-2) * share * sum d (fun i => (s i * ((w0 i) ^ 2) * ((u i) ^ 2)))) / ((kappa1) ^ 2)) + (((-2) * share * sum d (fun i => ((((s i) ^ 3) * v i) / (((kappa1 + s i)) ^ 2)))) / ((kappa1) ^ 2)) + (((-2) * share * sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 3) * ((u i) ^ 2)) / (((kappa1 + s i)) ^ 2)))) / ((kappa1) ^ 2)) + (((-2) * ((share) ^ 2) * sum d (fun i => ((((s i) ^ 2) * v i) / (kappa1 + s i)))) / ((kappa1) ^ 2)) + (((-2) * ((share) ^ 2) * sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * ((u i) ^ 2)) / (kappa1 + s i)))) / ((kappa1) ^ 2)) + ((4 * share * sum d (fun i => ((((s i) ^ 2) * v i) / (kappa1 + s i)))) / ((kappa1) ^ 2)) + ((4 * share * sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * ((u i) ^ 2)) / (kappa1 + s i)))) / ((kappa1) ^ 2))) / (T0 * (1 + (((-1) * sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) / T0)))).
  Hypothesis is_ask_mean : ask_mean = ((share * sum d (fun i => ((s i * ((w0 i) ^ 2) * B_ i) / (kappa1 + s i)))) + ((-1) * share * sum d (fun i => ((s i * ((w0 i) ^ 2) * B_ i * u i) / (kappa1 + s i)))) + sum d (fun i => ((s i * ((w0 i) ^ 2) * B_ i * u i) / (kappa1 + s i)))).
  Hypothesis is_ask_second_moment : ask_second_moment = ((((share) ^ 2) * sum d (fun i => (((w0 i) ^ 2) * B_ i))) + (((share) ^ 2) * sum d (fun i => ((((s i) ^ 2) * B_ i * v i) / (((kappa1 + s i)) ^ 2)))) + (((share) ^ 2) * sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * ((u i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2)))) + ((-2) * share * sum d (fun i => ((((s i) ^ 2) * B_ i * v i) / (((kappa1 + s i)) ^ 2)))) + ((-2) * share * sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * ((u i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2)))) + ((-2) * ((share) ^ 2) * sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * B_ i * u i) / (((kappa1 + s i)) ^ 2)))) + (2 * share * sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * B_ i * u i) / (((kappa1 + s i)) ^ 2)))) + (x1 * ((kappa1) ^ 2) * sum d (fun i => ((s i * B_ i) / (((kappa1 + s i)) ^ 2)))) + (((kappa1) ^ 2) * ((share) ^ 2) * sum d (fun i => ((((w0 i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2)))) + ((-2) * kappa1 * ((share) ^ 2) * sum d (fun i => ((((w0 i) ^ 2) * B_ i) / (kappa1 + s i)))) + sum d (fun i => ((((s i) ^ 2) * B_ i * v i) / (((kappa1 + s i)) ^ 2))) + sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * ((u i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2)))).
  Hypothesis is_gamma0 : gamma0 = (df2_0 / T0).
  Hypothesis is_df2_0 : df2_0 = sum d (fun i => (((s i) ^ 2) / (((kappa0 + s i)) ^ 2))).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : T0 <> 0.
  Hypothesis nonzero2 : forall i, (i < d)%nat -> (kappa1 + s i) <> 0.
  Hypothesis nonzero3 : (((-1) * T0) + sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2)))) <> 0.
  Hypothesis nonzero4 : kappa1 <> 0.
  Hypothesis nonzero5 : forall i, (i < d)%nat -> (kappa0 + s i) <> 0.
  Hypothesis nonzero6 : ((-1) + gamma0) <> 0.
  Hypothesis nonzero7 : (T0 + ((-1) * df2_0)) <> 0.
  Ltac at_i i Hi := pose proof (nonzero2 i Hi); pose proof (nonzero5 i Hi).
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero1 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero3 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero4 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero6 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero7 as Z; tac Z).

Section S4.  (* ask mean *)
Hypothesis put_kappa0 : kappa0 = kappa1.
Hypothesis put_W : W = share.
Hypothesis put_m : forall i, (i < d)%nat -> m i = (w0 i * u i).
Hypothesis put_a : forall i, (i < d)%nat -> a i = ((((w0 i) ^ 2) * ((u i) ^ 2)) + v i).
(* algebra: is the catalogued formula, by canonical forms: kappa0 = kappa1, W = share, m = u*w0, a = u^2*w0^2 + v; B is an arbitrary diagonal matrix *)
Lemma step4 : 
  ask_mean
  = sum d (fun i => (w0 i * (1 + (((-1) * kappa0) / (kappa0 + s i))) * ((m i * (1 + ((-1) * W))) + (w0 i * W)) * B_ i)).
Proof.
  intros.
  assert (E1 : sum d (fun i => ((s i * ((w0 i) ^ 2) * B_ i) / (kappa1 + s i))) = slin d [(1, fun i => (((w0 i) ^ 2) * B_ i)); (((-1) * kappa1), fun i => ((((w0 i) ^ 2) * B_ i) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_W. rewrite ?put_kappa0. field; side. }
  assert (E2 : sum d (fun i => ((s i * ((w0 i) ^ 2) * B_ i * u i) / (kappa1 + s i))) = slin d [(1, fun i => (((w0 i) ^ 2) * B_ i * u i)); (((-1) * kappa1), fun i => ((((w0 i) ^ 2) * B_ i * u i) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_W. rewrite ?put_kappa0. field; side. }
  assert (E3 : sum d (fun i => (w0 i * (1 + (((-1) * kappa0) / (kappa0 + s i))) * ((m i * (1 + ((-1) * W))) + (w0 i * W)) * B_ i)) = slin d [(share, fun i => (((w0 i) ^ 2) * B_ i)); (((-1) * kappa1 * share), fun i => ((((w0 i) ^ 2) * B_ i) / (kappa1 + s i))); (1, fun i => (((w0 i) ^ 2) * B_ i * u i)); (((-1) * share), fun i => (((w0 i) ^ 2) * B_ i * u i)); ((kappa1 * ((-1) + share)), fun i => ((((w0 i) ^ 2) * B_ i * u i) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_W. rewrite ?put_kappa0. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?put_W.
  rewrite ?put_kappa0.
  rewrite ?is_ask_mean.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?put_W.
  rewrite ?put_kappa0.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?put_W in Z; rewrite ?put_kappa0 in Z; rewrite ?is_ask_mean in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?put_W in Z; rewrite ?put_kappa0 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S4.

Section S6.  (* ask second_moment *)
Hypothesis put_kappa0 : kappa0 = kappa1.
Hypothesis put_W : W = share.
Hypothesis put_m : forall i, (i < d)%nat -> m i = (w0 i * u i).
Hypothesis put_a : forall i, (i < d)%nat -> a i = ((((w0 i) ^ 2) * ((u i) ^ 2)) + v i).
(* algebra: is the catalogued formula, by canonical forms: kappa0 = kappa1, W = share, m = u*w0, a = u^2*w0^2 + v; B is an arbitrary diagonal matrix *)
Lemma step6 : 
  ask_second_moment
  = (((((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))) * sum d (fun i => ((s i * B_ i) / (((kappa0 + s i)) ^ 2)))) / (T0 * (1 + ((-1) * gamma0)))) + ((((kappa0) ^ 2) * sum d (fun i => ((s i * ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (2 * m i * w0 i * W * (1 + ((-1) * W))))) / (((kappa0 + s i)) ^ 2))) * sum d (fun i => ((s i * B_ i) / (((kappa0 + s i)) ^ 2)))) / (T0 * (1 + ((-1) * gamma0)))) + sum d (fun i => ((((1 + (((-1) * kappa0) / (kappa0 + s i)))) ^ 2) * ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (2 * m i * w0 i * W * (1 + ((-1) * W)))) * B_ i))).
Proof.
  intros.
  assert (E1 : sum d (fun i => ((((1 + (((-1) * kappa0) / (kappa0 + s i)))) ^ 2) * ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (2 * m i * w0 i * W * (1 + ((-1) * W)))) * B_ i)) = slin d [(1, fun i => (B_ i * v i)); (((share) ^ 2), fun i => (B_ i * v i)); (((-2) * share), fun i => (B_ i * v i)); ((((kappa1) ^ 2) * ((((-1) + share)) ^ 2)), fun i => ((B_ i * v i) / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1 * ((((-1) + share)) ^ 2)), fun i => ((B_ i * v i) / (kappa1 + s i))); (((share) ^ 2), fun i => (((w0 i) ^ 2) * B_ i)); ((((kappa1) ^ 2) * ((share) ^ 2)), fun i => ((((w0 i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1 * ((share) ^ 2)), fun i => ((((w0 i) ^ 2) * B_ i) / (kappa1 + s i))); (1, fun i => (((w0 i) ^ 2) * ((u i) ^ 2) * B_ i)); (((share) ^ 2), fun i => (((w0 i) ^ 2) * ((u i) ^ 2) * B_ i)); (((-2) * share), fun i => (((w0 i) ^ 2) * ((u i) ^ 2) * B_ i)); ((((kappa1) ^ 2) * ((((-1) + share)) ^ 2)), fun i => ((((w0 i) ^ 2) * ((u i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1 * ((((-1) + share)) ^ 2)), fun i => ((((w0 i) ^ 2) * ((u i) ^ 2) * B_ i) / (kappa1 + s i))); (((-2) * ((share) ^ 2)), fun i => (((w0 i) ^ 2) * B_ i * u i)); ((2 * share), fun i => (((w0 i) ^ 2) * B_ i * u i)); (((-2) * share * ((kappa1) ^ 2) * ((-1) + share)), fun i => ((((w0 i) ^ 2) * B_ i * u i) / (((kappa1 + s i)) ^ 2))); ((4 * kappa1 * share * ((-1) + share)), fun i => ((((w0 i) ^ 2) * B_ i * u i) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E2 : sum d (fun i => ((s i * B_ i) / (((kappa0 + s i)) ^ 2))) = slin d [(1, fun i => (B_ i / (kappa1 + s i))); (((-1) * kappa1), fun i => (B_ i / (((kappa1 + s i)) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E3 : sum d (fun i => ((s i * B_ i) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => (B_ i / (kappa1 + s i))); (((-1) * kappa1), fun i => (B_ i / (((kappa1 + s i)) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E4 : sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * ((u i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => (((w0 i) ^ 2) * ((u i) ^ 2) * B_ i)); (((kappa1) ^ 2), fun i => ((((w0 i) ^ 2) * ((u i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1), fun i => ((((w0 i) ^ 2) * ((u i) ^ 2) * B_ i) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E5 : sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * B_ i * u i) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => (((w0 i) ^ 2) * B_ i * u i)); (((kappa1) ^ 2), fun i => ((((w0 i) ^ 2) * B_ i * u i) / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1), fun i => ((((w0 i) ^ 2) * B_ i * u i) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E6 : sum d (fun i => ((((s i) ^ 2) * B_ i * v i) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => (B_ i * v i)); (((kappa1) ^ 2), fun i => ((B_ i * v i) / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1), fun i => ((B_ i * v i) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E7 : sum d (fun i => (((w0 i) ^ 2) * B_ i)) = slin d [(1, fun i => (((w0 i) ^ 2) * B_ i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E8 : sum d (fun i => ((((w0 i) ^ 2) * B_ i) / (kappa1 + s i))) = slin d [(1, fun i => ((((w0 i) ^ 2) * B_ i) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E9 : sum d (fun i => ((((w0 i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => ((((w0 i) ^ 2) * B_ i) / (((kappa1 + s i)) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E10 : sum d (fun i => ((s i * ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (2 * m i * w0 i * W * (1 + ((-1) * W))))) / (((kappa0 + s i)) ^ 2))) = slin d [(((((-1) + share)) ^ 2), fun i => (v i / (kappa1 + s i))); (((-1) * kappa1 * ((((-1) + share)) ^ 2)), fun i => (v i / (((kappa1 + s i)) ^ 2))); (((share) ^ 2), fun i => (((w0 i) ^ 2) / (kappa1 + s i))); (((-1) * kappa1 * ((share) ^ 2)), fun i => (((w0 i) ^ 2) / (((kappa1 + s i)) ^ 2))); (((((-1) + share)) ^ 2), fun i => ((((w0 i) ^ 2) * ((u i) ^ 2)) / (kappa1 + s i))); (((-1) * kappa1 * ((((-1) + share)) ^ 2)), fun i => ((((w0 i) ^ 2) * ((u i) ^ 2)) / (((kappa1 + s i)) ^ 2))); (((-2) * share * ((-1) + share)), fun i => ((((w0 i) ^ 2) * u i) / (kappa1 + s i))); ((2 * kappa1 * share * ((-1) + share)), fun i => ((((w0 i) ^ 2) * u i) / (((kappa1 + s i)) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E11 : sum d (fun i => (((s i) ^ 2) / (((kappa0 + s i)) ^ 2))) = slin d [(1, fun i => 1); (((kappa1) ^ 2), fun i => (1 / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1), fun i => (1 / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E12 : sum d (fun i => (((s i) ^ 2) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => 1); (((kappa1) ^ 2), fun i => (1 / (((kappa1 + s i)) ^ 2))); (((-2) * kappa1), fun i => (1 / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E13 : sum d (fun i => ((s i * ((w0 i) ^ 2)) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => (((w0 i) ^ 2) / (kappa1 + s i))); (((-1) * kappa1), fun i => (((w0 i) ^ 2) / (((kappa1 + s i)) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E14 : sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 2) * ((u i) ^ 2)) / (kappa1 + s i))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2) * ((u i) ^ 2))); (((-1) * kappa1), fun i => (((w0 i) ^ 2) * ((u i) ^ 2))); (((kappa1) ^ 2), fun i => ((((w0 i) ^ 2) * ((u i) ^ 2)) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E15 : sum d (fun i => ((((w0 i) ^ 2) * ((s i) ^ 3) * ((u i) ^ 2)) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2) * ((u i) ^ 2))); (((-2) * kappa1), fun i => (((w0 i) ^ 2) * ((u i) ^ 2))); (((-1) * ((kappa1) ^ 3)), fun i => ((((w0 i) ^ 2) * ((u i) ^ 2)) / (((kappa1 + s i)) ^ 2))); ((3 * ((kappa1) ^ 2)), fun i => ((((w0 i) ^ 2) * ((u i) ^ 2)) / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E16 : sum d (fun i => (s i * ((w0 i) ^ 2) * ((u i) ^ 2))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2) * ((u i) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E17 : sum d (fun i => ((s i * ((w0 i) ^ 2) * u i) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => ((((w0 i) ^ 2) * u i) / (kappa1 + s i))); (((-1) * kappa1), fun i => ((((w0 i) ^ 2) * u i) / (((kappa1 + s i)) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E18 : sum d (fun i => (s i * v i)) = slin d [(1, fun i => (s i * v i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E19 : sum d (fun i => ((((s i) ^ 2) * v i) / (kappa1 + s i))) = slin d [(1, fun i => (s i * v i)); (((-1) * kappa1), fun i => v i); (((kappa1) ^ 2), fun i => (v i / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  assert (E20 : sum d (fun i => ((((s i) ^ 3) * v i) / (((kappa1 + s i)) ^ 2))) = slin d [(1, fun i => (s i * v i)); (((-2) * kappa1), fun i => v i); (((-1) * ((kappa1) ^ 3)), fun i => (v i / (((kappa1 + s i)) ^ 2))); ((3 * ((kappa1) ^ 2)), fun i => (v i / (kappa1 + s i)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. rewrite ?put_W. rewrite ?is_gamma0. rewrite ?put_kappa0. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?E5.
  rewrite ?E6.
  rewrite ?E7.
  rewrite ?E8.
  rewrite ?E9.
  rewrite ?E10.
  rewrite ?E11.
  rewrite ?E12.
  rewrite ?E13.
  rewrite ?E14.
  rewrite ?E15.
  rewrite ?E16.
  rewrite ?E17.
  rewrite ?E18.
  rewrite ?E19.
  rewrite ?E20.
  rewrite ?put_W.
  rewrite ?is_gamma0.
  rewrite ?put_kappa0.
  rewrite ?is_ask_second_moment.
  rewrite ?is_df2_0.
  rewrite ?is_x1.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?E5.
  rewrite ?E6.
  rewrite ?E7.
  rewrite ?E8.
  rewrite ?E9.
  rewrite ?E10.
  rewrite ?E11.
  rewrite ?E12.
  rewrite ?E13.
  rewrite ?E14.
  rewrite ?E15.
  rewrite ?E16.
  rewrite ?E17.
  rewrite ?E18.
  rewrite ?E19.
  rewrite ?E20.
  rewrite ?put_W.
  rewrite ?is_gamma0.
  rewrite ?put_kappa0.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?E5 in Z; rewrite ?E6 in Z; rewrite ?E7 in Z; rewrite ?E8 in Z; rewrite ?E9 in Z; rewrite ?E10 in Z; rewrite ?E11 in Z; rewrite ?E12 in Z; rewrite ?E13 in Z; rewrite ?E14 in Z; rewrite ?E15 in Z; rewrite ?E16 in Z; rewrite ?E17 in Z; rewrite ?E18 in Z; rewrite ?E19 in Z; rewrite ?E20 in Z; rewrite ?put_W in Z; rewrite ?is_gamma0 in Z; rewrite ?put_kappa0 in Z; rewrite ?is_ask_second_moment in Z; rewrite ?is_df2_0 in Z; rewrite ?is_x1 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?E5 in Z; rewrite ?E6 in Z; rewrite ?E7 in Z; rewrite ?E8 in Z; rewrite ?E9 in Z; rewrite ?E10 in Z; rewrite ?E11 in Z; rewrite ?E12 in Z; rewrite ?E13 in Z; rewrite ?E14 in Z; rewrite ?E15 in Z; rewrite ?E16 in Z; rewrite ?E17 in Z; rewrite ?E18 in Z; rewrite ?E19 in Z; rewrite ?E20 in Z; rewrite ?put_W in Z; rewrite ?is_gamma0 in Z; rewrite ?put_kappa0 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S6.

End Page.
