(* Written by: ridgeproof derive optimal-ridge --format coq
   optimal-ridge.
   Up to the first section within it, Section Page says all that is assumed. *)
From Coquelicot Require Import Coquelicot.
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
  Variables Delta T T0 b df1 df2 gamma kappa lam phi sigma sigma0 v : R.
  Variables s w0 : nat -> R.
  (* What the names stand for; unknowns and asks of a process by (1) to (4). *)
  Hypothesis is_phi : phi = (INR d / T).
  Hypothesis is_df1 : df1 = sum d (fun i => (s i / (kappa + s i))).
  Hypothesis is_df2 : df2 = sum d (fun i => (((s i) ^ 2) / (((kappa + s i)) ^ 2))).
  Hypothesis is_gamma : gamma = (df2 / T).
  Hypothesis is_b : b = sum d (fun i => (s i * ((w0 i) ^ 2))).
  Hypothesis is_lam : lam = (kappa * (1 + (((-1) * df1) / T))).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : v <> 0.
  Hypothesis nonzero2 : T <> 0.
  Hypothesis nonzero3 : phi <> 0.
  Hypothesis nonzero4 : INR d <> 0.
  Hypothesis nonzero5 : sigma0 <> 0.
  Hypothesis nonzero6 : forall i, (i < d)%nat -> (kappa + s i) <> 0.
  Hypothesis nonzero7 : ((-1) + gamma) <> 0.
  Hypothesis nonzero8 : (T + ((-1) * df2)) <> 0.
  Hypothesis nonzero9 : (1 + INR d + ((-1) * T0)) <> 0.
  Hypothesis nonzero10 : ((-1) + (phi * ((v) ^ 2))) <> 0.
  Hypothesis nonzero11 : (T + ((-1) * INR d * ((v) ^ 2))) <> 0.
  Ltac at_i i Hi := pose proof (nonzero6 i Hi).
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero1 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero2 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero3 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero4 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero5 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero7 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero8 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero9 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero10 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero11 as Z; tac Z).

Section S3.  (* the stationary point, Sigma = I *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis put_kappa : kappa = ((1 + ((-1) * v)) / v).
Hypothesis put_T : T = (INR d / phi).
Hypothesis put_n_ : INR n = ((Delta * ((-1) + T0 + ((-1) * INR d))) / (INR d * ((sigma0) ^ 2))).
(* algebra: Sigma = I, v = 1/(1 + kappa), phi = d/T, Delta = n sigma0^2 d/(T0-d-1) *)
Lemma step1 : 
  ((sum d (fun i => ((s i * ((w0 i) ^ 2) * ((kappa) ^ 2)) / (((kappa + s i)) ^ 2))) / (1 + ((-1) * gamma))) + ((gamma * ((sigma) ^ 2)) / (1 + ((-1) * gamma))) + ((INR n * ((sigma0) ^ 2) * (df2 + ((gamma * (df2 + INR d + ((-2) * df1))) / (1 + ((-1) * gamma))))) / ((-1) + T0 + ((-1) * INR d))))
  = (((b * (((1 + ((-1) * v))) ^ 2)) + (Delta * ((v) ^ 2) * (1 + (phi * (1 + ((v) ^ 2) + ((-2) * v))) + ((-1) * phi * ((v) ^ 2)))) + (phi * ((sigma) ^ 2) * ((v) ^ 2))) / (1 + ((-1) * phi * ((v) ^ 2)))).
Proof.
  intros.
  assert (E1 : sum d (fun i => ((s i * ((w0 i) ^ 2) * ((kappa) ^ 2)) / (((kappa + s i)) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2)); (((v) ^ 2), fun i => ((w0 i) ^ 2)); (((-2) * v), fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_gamma. rewrite ?put_kappa. rewrite ?put_n_. rewrite ?put_T. field; side. }
  assert (E2 : sum d (fun i => (((s i) ^ 2) / (((kappa + s i)) ^ 2))) = slin d [(((v) ^ 2), fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_gamma. rewrite ?put_kappa. rewrite ?put_n_. rewrite ?put_T. field; side. }
  assert (E3 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_gamma. rewrite ?put_kappa. rewrite ?put_n_. rewrite ?put_T. field; side. }
  assert (E4 : sum d (fun i => (s i / (kappa + s i))) = slin d [(v, fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_gamma. rewrite ?put_kappa. rewrite ?put_n_. rewrite ?put_T. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?is_gamma.
  rewrite ?put_kappa.
  rewrite ?put_n_.
  rewrite ?put_T.
  rewrite ?is_b.
  rewrite ?is_df1.
  rewrite ?is_df2.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?is_gamma.
  rewrite ?put_kappa.
  rewrite ?put_n_.
  rewrite ?put_T.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?is_gamma in Z; rewrite ?put_kappa in Z; rewrite ?put_n_ in Z; rewrite ?put_T in Z; rewrite ?is_b in Z; rewrite ?is_df1 in Z; rewrite ?is_df2 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?is_gamma in Z; rewrite ?put_kappa in Z; rewrite ?put_n_ in Z; rewrite ?put_T in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* differentiation: d/dv *)
Lemma step2 : is_derive (fun v : R => (((b * (((1 + ((-1) * v))) ^ 2)) + (Delta * ((v) ^ 2) * (1 + (phi * (1 + ((v) ^ 2) + ((-2) * v))) + ((-1) * phi * ((v) ^ 2)))) + (phi * ((sigma) ^ 2) * ((v) ^ 2))) / (1 + ((-1) * phi * ((v) ^ 2))))) v ((((2 * (1 + ((-1) * phi * ((v) ^ 2))) * ((b * ((-1) + v)) + (Delta * v * (1 + (phi * (1 + ((v) ^ 2) + ((-2) * v))) + ((-1) * phi * ((v) ^ 2)))) + (phi * v * ((sigma) ^ 2)) + ((-1) * Delta * phi * ((v) ^ 2)))) + (2 * phi * v * ((b * (((1 + ((-1) * v))) ^ 2)) + (Delta * ((v) ^ 2) * (1 + (phi * (1 + ((v) ^ 2) + ((-2) * v))) + ((-1) * phi * ((v) ^ 2)))) + (phi * ((sigma) ^ 2) * ((v) ^ 2))))) / (((1 + ((-1) * phi * ((v) ^ 2)))) ^ 2))).
Proof.
  auto_derive; [side | field; side].
Qed.
(* algebra: factor: the sign is that of the quartic *)
Lemma step3 : 
  (((2 * (1 + ((-1) * phi * ((v) ^ 2))) * ((b * ((-1) + v)) + (Delta * v * (1 + (phi * (1 + ((v) ^ 2) + ((-2) * v))) + ((-1) * phi * ((v) ^ 2)))) + (phi * v * ((sigma) ^ 2)) + ((-1) * Delta * phi * ((v) ^ 2)))) + (2 * phi * v * ((b * (((1 + ((-1) * v))) ^ 2)) + (Delta * ((v) ^ 2) * (1 + (phi * (1 + ((v) ^ 2) + ((-2) * v))) + ((-1) * phi * ((v) ^ 2)))) + (phi * ((sigma) ^ 2) * ((v) ^ 2))))) / (((1 + ((-1) * phi * ((v) ^ 2)))) ^ 2))
  = ((((-2) * b) + (2 * v * ((Delta * (1 + phi)) + (b * (1 + phi)) + (phi * ((sigma) ^ 2)))) + ((-2) * phi * ((v) ^ 2) * (b + (3 * Delta))) + (2 * Delta * ((phi) ^ 2) * ((v) ^ 4))) / (((1 + ((-1) * phi * ((v) ^ 2)))) ^ 2)).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?put_T. field; side. }
  rewrite ?E1.
  rewrite ?put_T.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?put_T.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?put_T in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?put_T in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S3.

Section S5.  (* the penalty there *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis put_kappa : kappa = ((1 + ((-1) * v)) / v).
Hypothesis put_T : T = (INR d / phi).
Hypothesis put_n_ : INR n = ((Delta * ((-1) + T0 + ((-1) * INR d))) / (INR d * ((sigma0) ^ 2))).
(* algebra: Sigma = I, v = 1/(1 + kappa), phi = d/T, Delta = n sigma0^2 d/(T0-d-1) *)
Lemma step4 : 
  ((b * lam) + ((((-1) * b) + (v * ((Delta * (1 + phi)) + (b * (1 + phi)) + (phi * ((sigma) ^ 2)))) + (Delta * ((phi) ^ 2) * ((v) ^ 4)) + ((-1) * phi * ((v) ^ 2) * (b + (3 * Delta)))) / v))
  = ((((-1) * b) + (v * ((Delta * (1 + phi)) + (b * (1 + phi)) + (phi * ((sigma) ^ 2)))) + (Delta * ((phi) ^ 2) * ((v) ^ 4)) + (b * (1 + ((-1) * v)) * (1 + ((-1) * phi * v))) + ((-1) * phi * ((v) ^ 2) * (b + (3 * Delta)))) / v).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_lam. rewrite ?put_T. rewrite ?put_kappa. field; side. }
  assert (E2 : sum d (fun i => (s i / (kappa + s i))) = slin d [(v, fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_lam. rewrite ?put_T. rewrite ?put_kappa. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?is_lam.
  rewrite ?put_T.
  rewrite ?put_kappa.
  rewrite ?is_b.
  rewrite ?is_df1.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?is_lam.
  rewrite ?put_T.
  rewrite ?put_kappa.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?is_lam in Z; rewrite ?put_T in Z; rewrite ?put_kappa in Z; rewrite ?is_b in Z; rewrite ?is_df1 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?is_lam in Z; rewrite ?put_T in Z; rewrite ?put_kappa in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: collect powers of v *)
Lemma step5 : 
  ((((-1) * b) + (v * ((Delta * (1 + phi)) + (b * (1 + phi)) + (phi * ((sigma) ^ 2)))) + (Delta * ((phi) ^ 2) * ((v) ^ 4)) + (b * (1 + ((-1) * v)) * (1 + ((-1) * phi * v))) + ((-1) * phi * ((v) ^ 2) * (b + (3 * Delta)))) / v)
  = ((Delta * (1 + phi + (((phi) ^ 2) * ((v) ^ 3)) + ((-3) * phi * v))) + (phi * ((sigma) ^ 2))).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?put_T. field; side. }
  rewrite ?E1.
  rewrite ?put_T.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?put_T.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?put_T in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?put_T in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S5.

(* the correction Delta (1 + phi - 3 phi v + phi^2 v^3) is non-negative: phi <= 1, 0 < v <= 1 *)
Lemma step6 : forall Delta_ kappa_ y_ v_ phi_ : R, 0 <= Delta_ -> 0 <= kappa_ -> 0 <= y_ -> v_ = (1 / (1 + kappa_)) -> phi_ = (1 / (1 + y_)) -> 
  0 <= (Delta_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))).
Proof.
  intros. subst v_ phi_.
  match goal with |- 0 <= ?e =>
    replace e with (((Delta_ * ((y_) ^ 2)) + (2 * Delta_ * ((kappa_) ^ 3)) + (3 * Delta_ * ((kappa_) ^ 2)) + (Delta_ * ((kappa_) ^ 3) * ((y_) ^ 2)) + (3 * Delta_ * kappa_ * y_) + (3 * Delta_ * kappa_ * ((y_) ^ 2)) + (3 * Delta_ * y_ * ((kappa_) ^ 3)) + (3 * Delta_ * ((kappa_) ^ 2) * ((y_) ^ 2)) + (6 * Delta_ * y_ * ((kappa_) ^ 2))) / ((((1 + kappa_)) ^ 3) * (((1 + y_)) ^ 2))) by (field; orthant) end.
  apply Rmult_le_pos; [nonneg | apply Rlt_le, Rinv_0_lt_compat; positive].
Qed.

(* the correction Delta (1 + phi - 3 phi v + phi^2 v^3) is non-negative: phi >= 1, 0 < v <= 1/phi *)
Lemma step7 : forall Delta_ kappa_ y_ v_ phi_ : R, 0 <= Delta_ -> 0 <= kappa_ -> 0 <= y_ -> v_ = (1 / ((1 + kappa_) * (1 + y_))) -> phi_ = (1 + y_) -> 
  0 <= (Delta_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))).
Proof.
  intros. subst v_ phi_.
  match goal with |- 0 <= ?e =>
    replace e with (((Delta_ * ((y_) ^ 2)) + (2 * Delta_ * ((kappa_) ^ 3)) + (3 * Delta_ * ((kappa_) ^ 2)) + (Delta_ * ((kappa_) ^ 3) * ((y_) ^ 2)) + (3 * Delta_ * kappa_ * y_) + (3 * Delta_ * kappa_ * ((y_) ^ 2)) + (3 * Delta_ * y_ * ((kappa_) ^ 3)) + (3 * Delta_ * ((kappa_) ^ 2) * ((y_) ^ 2)) + (6 * Delta_ * y_ * ((kappa_) ^ 2))) / ((((1 + kappa_)) ^ 3) * (1 + y_))) by (field; orthant) end.
  apply Rmult_le_pos; [nonneg | apply Rlt_le, Rinv_0_lt_compat; positive].
Qed.

(* psi increases in v: phi <= 1, 0 < v <= 1 *)
Lemma step8 : forall Delta_ kappa_ sigma_ y_ v_ phi_ : R, 0 <= Delta_ -> 0 < kappa_ -> 0 <= sigma_ -> 0 <= y_ -> v_ = (1 / (1 + kappa_)) -> phi_ = (1 / (1 + y_)) -> 
  0 <= ((((Delta_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))) + (phi_ * ((sigma_) ^ 2))) / ((1 + ((-1) * v_)) * (1 + ((-1) * phi_ * v_)))) + ((v_ * ((Delta_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))) + (phi_ * ((sigma_) ^ 2)))) / ((((1 + ((-1) * v_))) ^ 2) * (1 + ((-1) * phi_ * v_)))) + ((Delta_ * v_ * (((-3) * phi_) + (3 * ((phi_) ^ 2) * ((v_) ^ 2)))) / ((1 + ((-1) * v_)) * (1 + ((-1) * phi_ * v_)))) + ((phi_ * v_ * ((Delta_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))) + (phi_ * ((sigma_) ^ 2)))) / ((((1 + ((-1) * phi_ * v_))) ^ 2) * (1 + ((-1) * v_))))).
Proof.
  intros. subst v_ phi_.
  match goal with |- 0 <= ?e =>
    replace e with (((Delta_ * ((y_) ^ 3)) + (y_ * ((sigma_) ^ 2)) + (((kappa_) ^ 5) * ((sigma_) ^ 2)) + (((sigma_) ^ 2) * ((y_) ^ 2)) + (2 * Delta_ * ((kappa_) ^ 5)) + (2 * kappa_ * ((sigma_) ^ 2)) + (4 * Delta_ * ((kappa_) ^ 4)) + (5 * ((kappa_) ^ 4) * ((sigma_) ^ 2)) + (7 * ((kappa_) ^ 2) * ((sigma_) ^ 2)) + (9 * ((kappa_) ^ 3) * ((sigma_) ^ 2)) + (Delta_ * ((kappa_) ^ 5) * ((y_) ^ 3)) + (((kappa_) ^ 5) * ((sigma_) ^ 2) * ((y_) ^ 2)) + (2 * Delta_ * kappa_ * ((y_) ^ 2)) + (2 * y_ * ((kappa_) ^ 5) * ((sigma_) ^ 2)) + (4 * Delta_ * ((kappa_) ^ 5) * ((y_) ^ 2)) + (5 * Delta_ * kappa_ * ((y_) ^ 3)) + (5 * Delta_ * y_ * ((kappa_) ^ 5)) + (5 * Delta_ * ((kappa_) ^ 4) * ((y_) ^ 3)) + (5 * kappa_ * ((sigma_) ^ 2) * ((y_) ^ 2)) + (5 * ((kappa_) ^ 4) * ((sigma_) ^ 2) * ((y_) ^ 2)) + (7 * kappa_ * y_ * ((sigma_) ^ 2)) + (8 * Delta_ * y_ * ((kappa_) ^ 3)) + (10 * Delta_ * ((kappa_) ^ 2) * ((y_) ^ 2)) + (10 * Delta_ * ((kappa_) ^ 2) * ((y_) ^ 3)) + (10 * Delta_ * ((kappa_) ^ 3) * ((y_) ^ 3)) + (10 * y_ * ((kappa_) ^ 4) * ((sigma_) ^ 2)) + (10 * ((kappa_) ^ 2) * ((sigma_) ^ 2) * ((y_) ^ 2)) + (10 * ((kappa_) ^ 3) * ((sigma_) ^ 2) * ((y_) ^ 2)) + (13 * Delta_ * y_ * ((kappa_) ^ 4)) + (14 * Delta_ * ((kappa_) ^ 4) * ((y_) ^ 2)) + (17 * y_ * ((kappa_) ^ 2) * ((sigma_) ^ 2)) + (18 * Delta_ * ((kappa_) ^ 3) * ((y_) ^ 2)) + (19 * y_ * ((kappa_) ^ 3) * ((sigma_) ^ 2))) / (((kappa_) ^ 2) * (((kappa_ + y_ + (kappa_ * y_))) ^ 2) * (1 + kappa_) * (1 + y_))) by (field; orthant) end.
  apply Rmult_le_pos; [nonneg | apply Rlt_le, Rinv_0_lt_compat; positive].
Qed.

(* psi increases in Delta: phi <= 1, 0 < v <= 1 *)
Lemma step9 : forall kappa_ y_ v_ phi_ : R, 0 < kappa_ -> 0 <= y_ -> v_ = (1 / (1 + kappa_)) -> phi_ = (1 / (1 + y_)) -> 
  0 <= ((v_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))) / ((1 + ((-1) * v_)) * (1 + ((-1) * phi_ * v_)))).
Proof.
  intros. subst v_ phi_.
  match goal with |- 0 <= ?e =>
    replace e with ((((y_) ^ 2) + (2 * ((kappa_) ^ 3)) + (3 * ((kappa_) ^ 2)) + (((kappa_) ^ 3) * ((y_) ^ 2)) + (3 * kappa_ * y_) + (3 * kappa_ * ((y_) ^ 2)) + (3 * y_ * ((kappa_) ^ 3)) + (3 * ((kappa_) ^ 2) * ((y_) ^ 2)) + (6 * y_ * ((kappa_) ^ 2))) / (kappa_ * (((1 + kappa_)) ^ 2) * (1 + y_) * (kappa_ + y_ + (kappa_ * y_)))) by (field; orthant) end.
  apply Rmult_le_pos; [nonneg | apply Rlt_le, Rinv_0_lt_compat; positive].
Qed.

(* lam decreases in v: phi <= 1, 0 < v <= 1 *)
Lemma step10 : forall kappa_ y_ v_ phi_ : R, 0 <= kappa_ -> 0 <= y_ -> v_ = (1 / (1 + kappa_)) -> phi_ = (1 / (1 + y_)) -> 
  0 <= (((1 + ((-1) * phi_ * v_)) / v_) + ((phi_ * (1 + ((-1) * v_))) / v_) + (((1 + ((-1) * v_)) * (1 + ((-1) * phi_ * v_))) / ((v_) ^ 2))).
Proof.
  intros. subst v_ phi_.
  match goal with |- 0 <= ?e =>
    replace e with ((y_ + ((kappa_) ^ 2) + (2 * kappa_) + (y_ * ((kappa_) ^ 2)) + (2 * kappa_ * y_)) / (1 + y_)) by (field; orthant) end.
  apply Rmult_le_pos; [nonneg | apply Rlt_le, Rinv_0_lt_compat; positive].
Qed.

(* psi increases in v: phi >= 1, 0 < v <= 1/phi *)
Lemma step11 : forall Delta_ kappa_ sigma_ y_ v_ phi_ : R, 0 <= Delta_ -> 0 < kappa_ -> 0 <= sigma_ -> 0 <= y_ -> v_ = (1 / ((1 + kappa_) * (1 + y_))) -> phi_ = (1 + y_) -> 
  0 <= ((((Delta_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))) + (phi_ * ((sigma_) ^ 2))) / ((1 + ((-1) * v_)) * (1 + ((-1) * phi_ * v_)))) + ((v_ * ((Delta_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))) + (phi_ * ((sigma_) ^ 2)))) / ((((1 + ((-1) * v_))) ^ 2) * (1 + ((-1) * phi_ * v_)))) + ((Delta_ * v_ * (((-3) * phi_) + (3 * ((phi_) ^ 2) * ((v_) ^ 2)))) / ((1 + ((-1) * v_)) * (1 + ((-1) * phi_ * v_)))) + ((phi_ * v_ * ((Delta_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))) + (phi_ * ((sigma_) ^ 2)))) / ((((1 + ((-1) * phi_ * v_))) ^ 2) * (1 + ((-1) * v_))))).
Proof.
  intros. subst v_ phi_.
  match goal with |- 0 <= ?e =>
    replace e with (((Delta_ * ((y_) ^ 3)) + (y_ * ((sigma_) ^ 2)) + (((kappa_) ^ 5) * ((sigma_) ^ 2)) + (((sigma_) ^ 2) * ((y_) ^ 3)) + (2 * Delta_ * ((kappa_) ^ 5)) + (2 * kappa_ * ((sigma_) ^ 2)) + (2 * ((sigma_) ^ 2) * ((y_) ^ 2)) + (4 * Delta_ * ((kappa_) ^ 4)) + (5 * ((kappa_) ^ 4) * ((sigma_) ^ 2)) + (7 * ((kappa_) ^ 2) * ((sigma_) ^ 2)) + (9 * ((kappa_) ^ 3) * ((sigma_) ^ 2)) + (Delta_ * ((kappa_) ^ 5) * ((y_) ^ 3)) + (((kappa_) ^ 5) * ((sigma_) ^ 2) * ((y_) ^ 3)) + (2 * Delta_ * kappa_ * ((y_) ^ 2)) + (3 * y_ * ((kappa_) ^ 5) * ((sigma_) ^ 2)) + (3 * ((kappa_) ^ 5) * ((sigma_) ^ 2) * ((y_) ^ 2)) + (4 * Delta_ * ((kappa_) ^ 5) * ((y_) ^ 2)) + (5 * Delta_ * kappa_ * ((y_) ^ 3)) + (5 * Delta_ * y_ * ((kappa_) ^ 5)) + (5 * Delta_ * ((kappa_) ^ 4) * ((y_) ^ 3)) + (5 * kappa_ * ((sigma_) ^ 2) * ((y_) ^ 3)) + (5 * ((kappa_) ^ 4) * ((sigma_) ^ 2) * ((y_) ^ 3)) + (8 * Delta_ * y_ * ((kappa_) ^ 3)) + (9 * kappa_ * y_ * ((sigma_) ^ 2)) + (10 * Delta_ * ((kappa_) ^ 2) * ((y_) ^ 2)) + (10 * Delta_ * ((kappa_) ^ 2) * ((y_) ^ 3)) + (10 * Delta_ * ((kappa_) ^ 3) * ((y_) ^ 3)) + (10 * ((kappa_) ^ 2) * ((sigma_) ^ 2) * ((y_) ^ 3)) + (10 * ((kappa_) ^ 3) * ((sigma_) ^ 2) * ((y_) ^ 3)) + (12 * kappa_ * ((sigma_) ^ 2) * ((y_) ^ 2)) + (13 * Delta_ * y_ * ((kappa_) ^ 4)) + (14 * Delta_ * ((kappa_) ^ 4) * ((y_) ^ 2)) + (15 * y_ * ((kappa_) ^ 4) * ((sigma_) ^ 2)) + (15 * ((kappa_) ^ 4) * ((sigma_) ^ 2) * ((y_) ^ 2)) + (18 * Delta_ * ((kappa_) ^ 3) * ((y_) ^ 2)) + (24 * y_ * ((kappa_) ^ 2) * ((sigma_) ^ 2)) + (27 * ((kappa_) ^ 2) * ((sigma_) ^ 2) * ((y_) ^ 2)) + (28 * y_ * ((kappa_) ^ 3) * ((sigma_) ^ 2)) + (29 * ((kappa_) ^ 3) * ((sigma_) ^ 2) * ((y_) ^ 2))) / (((kappa_) ^ 2) * (((kappa_ + y_ + (kappa_ * y_))) ^ 2) * (1 + kappa_))) by (field; orthant) end.
  apply Rmult_le_pos; [nonneg | apply Rlt_le, Rinv_0_lt_compat; positive].
Qed.

(* psi increases in Delta: phi >= 1, 0 < v <= 1/phi *)
Lemma step12 : forall kappa_ y_ v_ phi_ : R, 0 < kappa_ -> 0 <= y_ -> v_ = (1 / ((1 + kappa_) * (1 + y_))) -> phi_ = (1 + y_) -> 
  0 <= ((v_ * (1 + phi_ + (((phi_) ^ 2) * ((v_) ^ 3)) + ((-3) * phi_ * v_))) / ((1 + ((-1) * v_)) * (1 + ((-1) * phi_ * v_)))).
Proof.
  intros. subst v_ phi_.
  match goal with |- 0 <= ?e =>
    replace e with ((((y_) ^ 2) + (2 * ((kappa_) ^ 3)) + (3 * ((kappa_) ^ 2)) + (((kappa_) ^ 3) * ((y_) ^ 2)) + (3 * kappa_ * y_) + (3 * kappa_ * ((y_) ^ 2)) + (3 * y_ * ((kappa_) ^ 3)) + (3 * ((kappa_) ^ 2) * ((y_) ^ 2)) + (6 * y_ * ((kappa_) ^ 2))) / (kappa_ * (((1 + kappa_)) ^ 2) * (1 + y_) * (kappa_ + y_ + (kappa_ * y_)))) by (field; orthant) end.
  apply Rmult_le_pos; [nonneg | apply Rlt_le, Rinv_0_lt_compat; positive].
Qed.

(* lam decreases in v: phi >= 1, 0 < v <= 1/phi *)
Lemma step13 : forall kappa_ y_ v_ phi_ : R, 0 <= kappa_ -> 0 <= y_ -> v_ = (1 / ((1 + kappa_) * (1 + y_))) -> phi_ = (1 + y_) -> 
  0 <= (((1 + ((-1) * phi_ * v_)) / v_) + ((phi_ * (1 + ((-1) * v_))) / v_) + (((1 + ((-1) * v_)) * (1 + ((-1) * phi_ * v_))) / ((v_) ^ 2))).
Proof.
  intros. subst v_ phi_.
  match goal with |- 0 <= ?e =>
    replace e with ((y_ + ((kappa_) ^ 2) + ((y_) ^ 2) + (2 * kappa_) + (((kappa_) ^ 2) * ((y_) ^ 2)) + (2 * kappa_ * ((y_) ^ 2)) + (2 * y_ * ((kappa_) ^ 2)) + (4 * kappa_ * y_)) / 1) by (field; orthant) end.
  apply Rmult_le_pos; [nonneg | apply Rlt_le, Rinv_0_lt_compat; positive].
Qed.

End Page.
