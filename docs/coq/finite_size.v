(* Written by: ridgeproof derive finite-size --format coq
   finite-size.
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

Inductive letter := LA | LB | LM | LMt | LR | LS | LW0 | LX | LXt | Le | Let | Lw | Lwt | Lw0 | Lw0t | Lw_hat | Lw_hatt.
Scheme Equality for letter.
Definition transposed (x : letter) := match x with LA => LA | LB => LB | LM => LMt | LMt => LM | LR => LR | LS => LS | LW0 => LW0 | LX => LXt | LXt => LX | Le => Let | Let => Le | Lw => Lwt | Lwt => Lw | Lw0 => Lw0t | Lw0t => Lw0 | Lw_hat => Lw_hatt | Lw_hatt => Lw_hat end.
(* Whether it depends on all draws of a fit. *)
Definition estimate (x : letter) := match x with Lw_hat => true | Lw_hatt => true | _ => false end.
(* Whether it holds nothing random. *)
Definition fixed (x : letter) := match x with LA => true | LB => true | LM => true | LMt => true | LW0 => true | Lw0 => true | Lw0t => true | _ => false end.
(* Whether it is a function of Sigma or the test matrix. *)
Definition plain (x : letter) := match x with LB => true | _ => false end.
(* Whether it has a diagonal that is known, and no more. *)
Definition moment (x : letter) := match x with LA => true | LM => true | LMt => true | LW0 => true | _ => false end.
Section Page.
  Variables d n : nat.
  Variables T alpha b h1 h2 lam mu sigma : R.
  Variables a m s w0 : nat -> R.
  (* tr B w is E tr of the product of the letters of w; LB is the diagonal matrix B. *)
  Variable tr : (nat -> R) -> list letter -> R.
  Hypothesis turn : forall B a b, tr B (a ++ b) = tr B (b ++ a).
  Hypothesis back : forall B a, tr B a = tr B (map transposed (rev a)).
  (* The diagonal entry i of each. *)
  Definition diag (B : nat -> R) (x : letter) i := match x with LA => a i | LB => B i | LM => (m i * w0 i) | LMt => (m i * w0 i) | LW0 => ((w0 i) ^ 2) | _ => 0 end.
  (* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma or the test matrix *)
  Hypothesis eigenbasis : forall B v,
    forallb (fun x => orb (plain x) (moment x)) v = true ->
    (length (filter moment v) <= 1)%nat ->
    tr B v = sum d (fun i => fold_right (fun x p => diag B x i * p) 1 v).
  (* definition: w_hat = R X'(X w + sigma e)/T, R = (X'X/T + lam)^-1 *)
  Hypothesis axiom1 : forall B v, tr B ([Lw_hat] ++ v) = ((sigma / T)) * tr B ([LR; LXt; Le] ++ v) + ((1 / T)) * tr B ([LR; LXt; LX; Lw] ++ v).
  (* exact identity: X'X = T S *)
  Hypothesis axiom2 : forall B v, tr B ([LXt; LX] ++ v) = (T) * tr B ([LS] ++ v).
  (* exact identity: R S = 1 - lam R *)
  Hypothesis axiom3 : forall B v, tr B ([LR; LS] ++ v) = (1) * tr B ([] ++ v) + (((-1) * lam)) * tr B ([LR] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom4 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le; Let] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom5 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le] ++ v) = 0.
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom6 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lwt] ++ v) = (1) * tr B ([LA] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom7 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lw0t] ++ v) = (1) * tr B ([LM] ++ v).
  (* definition: W0 = w0 w0' *)
  Hypothesis axiom8 : forall B v, tr B ([Lw0; Lw0t] ++ v) = (1) * tr B ([LW0] ++ v).
  (* expectation: E tr(C R^k) = tr(C) h_k/d, h_k = E tr R^k, Sigma = I (rotation invariance); as it is used *)
  Hypothesis axiom9 : forall B, tr B [LA; LR; LR] = ((h2 * tr B [LA]) / INR d).
  (* expectation: E tr(C R^k) = tr(C) h_k/d, h_k = E tr R^k, Sigma = I (rotation invariance); as it is used *)
  Hypothesis axiom10 : forall B, tr B [LA; LR] = ((h1 * tr B [LA]) / INR d).
  (* expectation: E tr(C R^k) = tr(C) h_k/d, h_k = E tr R^k, Sigma = I (rotation invariance); as it is used *)
  Hypothesis axiom11 : forall B, tr B [LM; LR] = ((h1 * tr B [LM]) / INR d).
  (* expectation: E tr(C R^k) = tr(C) h_k/d, h_k = E tr R^k, Sigma = I (rotation invariance); as it is used *)
  Hypothesis axiom12 : forall B, tr B [LR; LR] = h2.
  (* expectation: E tr(C R^k) = tr(C) h_k/d, h_k = E tr R^k, Sigma = I (rotation invariance); as it is used *)
  Hypothesis axiom13 : forall B, tr B [LR] = h1.
  (* What the names stand for; unknowns and asks of a process by (1) to (4). *)
  Hypothesis is_b : b = sum d (fun i => (s i * ((w0 i) ^ 2))).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : T <> 0.
  Hypothesis nonzero2 : INR d <> 0.
  Ltac at_i i Hi := idtac.
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero1 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero2 as Z; tac Z).

Section S11.  (* downstream ridge fit, Sigma = I *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_alpha : alpha = sum d (fun i => a i).
Hypothesis total_mu : mu = sum d (fun i => (m i * w0 i)).
(* definition: w_hat = R X'(X w + sigma e)/T, R = (X'X/T + lam)^-1 *)
Lemma step1 : forall B : nat -> R, 
  (((-2) * tr B [Lw0; Lw_hatt]) + tr B [Lw0; Lw0t] + tr B [Lw_hat; Lw_hatt])
  = ((tr B [LR; LR; LXt; LX; Lw; Lwt; LXt; LX] / ((T) ^ 2)) + (((-2) * tr B [LR; LXt; LX; Lw; Lw0t]) / T) + ((((sigma) ^ 2) * tr B [LR; LR; LXt; Le; Let; LX]) / ((T) ^ 2)) + (((-2) * sigma * tr B [LR; LXt; Le; Lw0t]) / T) + ((2 * sigma * tr B [LR; LR; LXt; LX; Lw; Let; LX]) / ((T) ^ 2)) + tr B [Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [Lw_hat; Lw_hatt] = ((sigma / T)) * tr B [LR; LXt; Le; Lw_hatt] + ((1 / T)) * tr B [LR; LXt; LX; Lw; Lw_hatt]) by exact (eq_trans (eq_trans (turn B [] [Lw_hat; Lw_hatt]) (axiom1 B [Lw_hatt])) (f_equal2 Rplus (f_equal (Rmult ((sigma / T))) (turn B [] [LR; LXt; Le; Lw_hatt])) (f_equal (Rmult ((1 / T))) (turn B [] [LR; LXt; LX; Lw; Lw_hatt])))).
  assert (H2 : tr B [LR; LXt; LX; Lw; Lw_hatt] = ((sigma / T)) * tr B [LR; LR; LXt; LX; Lw; Let; LX] + ((1 / T)) * tr B [LR; LR; LXt; LX; Lw; Lwt; LXt; LX]) by exact (eq_trans (eq_trans (eq_trans (back B [LR; LXt; LX; Lw; Lw_hatt]) (turn B [] [Lw_hat; Lwt; LXt; LX; LR])) (axiom1 B [Lwt; LXt; LX; LR])) (f_equal2 Rplus (f_equal (Rmult ((sigma / T))) (eq_trans (back B [LR; LXt; Le; Lwt; LXt; LX; LR]) (turn B [LR; LXt; LX; Lw; Let; LX] [LR]))) (f_equal (Rmult ((1 / T))) (turn B [LR; LXt; LX; Lw; Lwt; LXt; LX] [LR])))).
  assert (H3 : tr B [LR; LXt; Le; Lw_hatt] = ((sigma / T)) * tr B [LR; LR; LXt; Le; Let; LX] + ((1 / T)) * tr B [LR; LR; LXt; LX; Lw; Let; LX]) by exact (eq_trans (eq_trans (eq_trans (back B [LR; LXt; Le; Lw_hatt]) (turn B [] [Lw_hat; Let; LX; LR])) (axiom1 B [Let; LX; LR])) (f_equal2 Rplus (f_equal (Rmult ((sigma / T))) (turn B [LR; LXt; Le; Let; LX] [LR])) (f_equal (Rmult ((1 / T))) (turn B [LR; LXt; LX; Lw; Let; LX] [LR])))).
  assert (H4 : tr B [Lw0; Lw_hatt] = ((sigma / T)) * tr B [LR; LXt; Le; Lw0t] + ((1 / T)) * tr B [LR; LXt; LX; Lw; Lw0t]) by exact (eq_trans (eq_trans (eq_trans (back B [Lw0; Lw_hatt]) (turn B [] [Lw_hat; Lw0t])) (axiom1 B [Lw0t])) (f_equal2 Rplus (f_equal (Rmult ((sigma / T))) (turn B [] [LR; LXt; Le; Lw0t])) (f_equal (Rmult ((1 / T))) (turn B [] [LR; LXt; LX; Lw; Lw0t])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4].
  field; side.
Qed.
(* exact identity: X'X = T S *)
Lemma step2 : forall B : nat -> R, 
  ((tr B [LR; LR; LXt; LX; Lw; Lwt; LXt; LX] / ((T) ^ 2)) + (((-2) * tr B [LR; LXt; LX; Lw; Lw0t]) / T) + ((((sigma) ^ 2) * tr B [LR; LR; LXt; Le; Let; LX]) / ((T) ^ 2)) + (((-2) * sigma * tr B [LR; LXt; Le; Lw0t]) / T) + ((2 * sigma * tr B [LR; LR; LXt; LX; Lw; Let; LX]) / ((T) ^ 2)) + tr B [Lw0; Lw0t])
  = (((-2) * tr B [LR; LS; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR; LR; LXt; Le; Let; LX]) / ((T) ^ 2)) + (((-2) * sigma * tr B [LR; LXt; Le; Lw0t]) / T) + ((2 * sigma * tr B [LR; LR; LS; Lw; Let; LX]) / T) + tr B [Lw0; Lw0t] + tr B [LR; LR; LS; Lw; Lwt; LS]).
Proof.
  intros B.
  assert (H1 : tr B [LR; LXt; LX; Lw; Lw0t] = (T) * tr B [LR; LS; Lw; Lw0t]) by exact (eq_trans (eq_trans (turn B [LR] [LXt; LX; Lw; Lw0t]) (axiom2 B [Lw; Lw0t; LR])) (f_equal (Rmult (T)) (turn B [LS; Lw; Lw0t] [LR]))).
  assert (H2 : tr B [LR; LR; LXt; LX; Lw; Lwt; LXt; LX] = (T) * tr B [LR; LR; LS; Lw; Lwt; LXt; LX]) by exact (eq_trans (eq_trans (turn B [LR; LR] [LXt; LX; Lw; Lwt; LXt; LX]) (axiom2 B [Lw; Lwt; LXt; LX; LR; LR])) (f_equal (Rmult (T)) (turn B [LS; Lw; Lwt; LXt; LX] [LR; LR]))).
  assert (H3 : tr B [LR; LR; LS; Lw; Lwt; LXt; LX] = (T) * tr B [LR; LR; LS; Lw; Lwt; LS]) by exact (eq_trans (eq_trans (turn B [LR; LR; LS; Lw; Lwt] [LXt; LX]) (axiom2 B [LR; LR; LS; Lw; Lwt])) (f_equal (Rmult (T)) (turn B [LS] [LR; LR; LS; Lw; Lwt]))).
  assert (H4 : tr B [LR; LR; LXt; LX; Lw; Let; LX] = (T) * tr B [LR; LR; LS; Lw; Let; LX]) by exact (eq_trans (eq_trans (turn B [LR; LR] [LXt; LX; Lw; Let; LX]) (axiom2 B [Lw; Let; LX; LR; LR])) (f_equal (Rmult (T)) (turn B [LS; Lw; Let; LX] [LR; LR]))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4].
  field; side.
Qed.
(* exact identity: R S = 1 - lam R *)
Lemma step3 : forall B : nat -> R, 
  (((-2) * tr B [LR; LS; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR; LR; LXt; Le; Let; LX]) / ((T) ^ 2)) + (((-2) * sigma * tr B [LR; LXt; Le; Lw0t]) / T) + ((2 * sigma * tr B [LR; LR; LS; Lw; Let; LX]) / T) + tr B [Lw0; Lw0t] + tr B [LR; LR; LS; Lw; Lwt; LS])
  = (((-2) * tr B [Lw; Lw0t]) + (((lam) ^ 2) * tr B [LR; LR; Lw; Lwt]) + ((-2) * lam * tr B [LR; Lw; Lwt]) + (2 * lam * tr B [LR; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR; LR; LXt; Le; Let; LX]) / ((T) ^ 2)) + (((-2) * sigma * tr B [LR; LXt; Le; Lw0t]) / T) + ((2 * sigma * tr B [LR; LXt; Le; Lwt]) / T) + (((-2) * lam * sigma * tr B [LR; LR; LXt; Le; Lwt]) / T) + tr B [Lw; Lwt] + tr B [Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LR; LS; Lw; Lw0t] = (1) * tr B [Lw; Lw0t] + (((-1) * lam)) * tr B [LR; Lw; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LR; LS; Lw; Lw0t]) (axiom3 B [Lw; Lw0t])) (f_equal2 Rplus (f_equal (Rmult (1)) (turn B [] [Lw; Lw0t])) (f_equal (Rmult (((-1) * lam))) (turn B [] [LR; Lw; Lw0t])))).
  assert (H2 : tr B [LR; LR; LS; Lw; Lwt; LS] = (1) * tr B [LR; LS; Lw; Lwt] + (((-1) * lam)) * tr B [LR; LR; LS; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LR] [LR; LS; Lw; Lwt; LS]) (axiom3 B [Lw; Lwt; LS; LR])) (f_equal2 Rplus (f_equal (Rmult (1)) (eq_trans (back B [Lw; Lwt; LS; LR]) (turn B [] [LR; LS; Lw; Lwt]))) (f_equal (Rmult (((-1) * lam))) (eq_trans (back B [LR; Lw; Lwt; LS; LR]) (turn B [LR; LS; Lw; Lwt] [LR]))))).
  assert (H3 : tr B [LR; LR; LS; Lw; Lwt] = (1) * tr B [LR; Lw; Lwt] + (((-1) * lam)) * tr B [LR; LR; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LR] [LR; LS; Lw; Lwt]) (axiom3 B [Lw; Lwt; LR])) (f_equal2 Rplus (f_equal (Rmult (1)) (turn B [Lw; Lwt] [LR])) (f_equal (Rmult (((-1) * lam))) (turn B [LR; Lw; Lwt] [LR])))).
  assert (H4 : tr B [LR; LS; Lw; Lwt] = (1) * tr B [Lw; Lwt] + (((-1) * lam)) * tr B [LR; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [] [LR; LS; Lw; Lwt]) (axiom3 B [Lw; Lwt])) (f_equal2 Rplus (f_equal (Rmult (1)) (turn B [] [Lw; Lwt])) (f_equal (Rmult (((-1) * lam))) (turn B [] [LR; Lw; Lwt])))).
  assert (H5 : tr B [LR; LR; LS; Lw; Let; LX] = (1) * tr B [LR; LXt; Le; Lwt] + (((-1) * lam)) * tr B [LR; LR; LXt; Le; Lwt]) by exact (eq_trans (eq_trans (turn B [LR] [LR; LS; Lw; Let; LX]) (axiom3 B [Lw; Let; LX; LR])) (f_equal2 Rplus (f_equal (Rmult (1)) (eq_trans (back B [Lw; Let; LX; LR]) (turn B [] [LR; LXt; Le; Lwt]))) (f_equal (Rmult (((-1) * lam))) (eq_trans (back B [LR; Lw; Let; LX; LR]) (turn B [LR; LXt; Le; Lwt] [LR]))))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4 | rewrite H5].
  field; side.
Qed.
(* expectation: E[e e'] = I, E[e] = 0 *)
Lemma step4 : forall B : nat -> R, 
  (((-2) * tr B [Lw; Lw0t]) + (((lam) ^ 2) * tr B [LR; LR; Lw; Lwt]) + ((-2) * lam * tr B [LR; Lw; Lwt]) + (2 * lam * tr B [LR; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR; LR; LXt; Le; Let; LX]) / ((T) ^ 2)) + (((-2) * sigma * tr B [LR; LXt; Le; Lw0t]) / T) + ((2 * sigma * tr B [LR; LXt; Le; Lwt]) / T) + (((-2) * lam * sigma * tr B [LR; LR; LXt; Le; Lwt]) / T) + tr B [Lw; Lwt] + tr B [Lw0; Lw0t])
  = (((-2) * tr B [Lw; Lw0t]) + (((lam) ^ 2) * tr B [LR; LR; Lw; Lwt]) + ((-2) * lam * tr B [LR; Lw; Lwt]) + (2 * lam * tr B [LR; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR; LR; LXt; LX]) / ((T) ^ 2)) + tr B [Lw; Lwt] + tr B [Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LR; LR; LXt; Le; Let; LX] = (1) * tr B [LR; LR; LXt; LX]) by exact (eq_trans (eq_trans (turn B [LR; LR; LXt] [Le; Let; LX]) (axiom4 B [LX; LR; LR; LXt] eq_refl)) (f_equal (Rmult (1)) (turn B [LX] [LR; LR; LXt]))).
  assert (H2 : tr B [LR; LXt; Le; Lw0t] = 0) by exact (eq_trans (turn B [LR; LXt] [Le; Lw0t]) (axiom5 B [Lw0t; LR; LXt] eq_refl)).
  assert (H3 : tr B [LR; LXt; Le; Lwt] = 0) by exact (eq_trans (turn B [LR; LXt] [Le; Lwt]) (axiom5 B [Lwt; LR; LXt] eq_refl)).
  assert (H4 : tr B [LR; LR; LXt; Le; Lwt] = 0) by exact (eq_trans (turn B [LR; LR; LXt] [Le; Lwt]) (axiom5 B [Lwt; LR; LR; LXt] eq_refl)).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4].
  field; side.
Qed.
(* exact identity: X'X = T S *)
Lemma step5 : forall B : nat -> R, 
  (((-2) * tr B [Lw; Lw0t]) + (((lam) ^ 2) * tr B [LR; LR; Lw; Lwt]) + ((-2) * lam * tr B [LR; Lw; Lwt]) + (2 * lam * tr B [LR; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR; LR; LXt; LX]) / ((T) ^ 2)) + tr B [Lw; Lwt] + tr B [Lw0; Lw0t])
  = (((-2) * tr B [Lw; Lw0t]) + (((lam) ^ 2) * tr B [LR; LR; Lw; Lwt]) + ((-2) * lam * tr B [LR; Lw; Lwt]) + (2 * lam * tr B [LR; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR; LR; LS]) / T) + tr B [Lw; Lwt] + tr B [Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LR; LR; LXt; LX] = (T) * tr B [LR; LR; LS]) by exact (eq_trans (eq_trans (turn B [LR; LR] [LXt; LX]) (axiom2 B [LR; LR])) (f_equal (Rmult (T)) (turn B [LS] [LR; LR]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* exact identity: R S = 1 - lam R *)
Lemma step6 : forall B : nat -> R, 
  (((-2) * tr B [Lw; Lw0t]) + (((lam) ^ 2) * tr B [LR; LR; Lw; Lwt]) + ((-2) * lam * tr B [LR; Lw; Lwt]) + (2 * lam * tr B [LR; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR; LR; LS]) / T) + tr B [Lw; Lwt] + tr B [Lw0; Lw0t])
  = (((-2) * tr B [Lw; Lw0t]) + (((lam) ^ 2) * tr B [LR; LR; Lw; Lwt]) + ((-2) * lam * tr B [LR; Lw; Lwt]) + (2 * lam * tr B [LR; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR]) / T) + (((-1) * lam * ((sigma) ^ 2) * tr B [LR; LR]) / T) + tr B [Lw; Lwt] + tr B [Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LR; LR; LS] = (1) * tr B [LR] + (((-1) * lam)) * tr B [LR; LR]) by exact (eq_trans (eq_trans (turn B [LR] [LR; LS]) (axiom3 B [LR])) (f_equal2 Rplus (f_equal (Rmult (1)) (turn B [] [LR])) (f_equal (Rmult (((-1) * lam))) (turn B [] [LR; LR])))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step7 : forall B : nat -> R, 
  (((-2) * tr B [Lw; Lw0t]) + (((lam) ^ 2) * tr B [LR; LR; Lw; Lwt]) + ((-2) * lam * tr B [LR; Lw; Lwt]) + (2 * lam * tr B [LR; Lw; Lw0t]) + ((((sigma) ^ 2) * tr B [LR]) / T) + (((-1) * lam * ((sigma) ^ 2) * tr B [LR; LR]) / T) + tr B [Lw; Lwt] + tr B [Lw0; Lw0t])
  = (((-2) * tr B [LM]) + (((lam) ^ 2) * tr B [LA; LR; LR]) + ((-2) * lam * tr B [LA; LR]) + (2 * lam * tr B [LM; LR]) + ((((sigma) ^ 2) * tr B [LR]) / T) + (((-1) * lam * ((sigma) ^ 2) * tr B [LR; LR]) / T) + tr B [LA] + tr B [Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [Lw; Lwt] = (1) * tr B [LA]) by exact (eq_trans (eq_trans (turn B [] [Lw; Lwt]) (axiom6 B [] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA]))).
  assert (H2 : tr B [LR; Lw; Lwt] = (1) * tr B [LA; LR]) by exact (eq_trans (eq_trans (turn B [LR] [Lw; Lwt]) (axiom6 B [LR] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LR]))).
  assert (H3 : tr B [LR; LR; Lw; Lwt] = (1) * tr B [LA; LR; LR]) by exact (eq_trans (eq_trans (turn B [LR; LR] [Lw; Lwt]) (axiom6 B [LR; LR] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LR; LR]))).
  assert (H4 : tr B [Lw; Lw0t] = (1) * tr B [LM]) by exact (eq_trans (eq_trans (turn B [] [Lw; Lw0t]) (axiom7 B [] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LM]))).
  assert (H5 : tr B [LR; Lw; Lw0t] = (1) * tr B [LM; LR]) by exact (eq_trans (eq_trans (turn B [LR] [Lw; Lw0t]) (axiom7 B [LR] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LM; LR]))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4 | rewrite H5].
  field; side.
Qed.
(* definition: W0 = w0 w0' *)
Lemma step8 : forall B : nat -> R, 
  (((-2) * tr B [LM]) + (((lam) ^ 2) * tr B [LA; LR; LR]) + ((-2) * lam * tr B [LA; LR]) + (2 * lam * tr B [LM; LR]) + ((((sigma) ^ 2) * tr B [LR]) / T) + (((-1) * lam * ((sigma) ^ 2) * tr B [LR; LR]) / T) + tr B [LA] + tr B [Lw0; Lw0t])
  = (((-2) * tr B [LM]) + (((lam) ^ 2) * tr B [LA; LR; LR]) + ((-2) * lam * tr B [LA; LR]) + (2 * lam * tr B [LM; LR]) + ((((sigma) ^ 2) * tr B [LR]) / T) + (((-1) * lam * ((sigma) ^ 2) * tr B [LR; LR]) / T) + tr B [LA] + tr B [LW0]).
Proof.
  intros B.
  assert (H1 : tr B [Lw0; Lw0t] = (1) * tr B [LW0]) by exact (eq_trans (eq_trans (turn B [] [Lw0; Lw0t]) (axiom8 B [])) (f_equal (Rmult (1)) (turn B [] [LW0]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E tr(C R^k) = tr(C) h_k/d, h_k = E tr R^k, Sigma = I (rotation invariance) *)
Lemma step9 : forall B : nat -> R, 
  (((-2) * tr B [LM]) + (((lam) ^ 2) * tr B [LA; LR; LR]) + ((-2) * lam * tr B [LA; LR]) + (2 * lam * tr B [LM; LR]) + ((((sigma) ^ 2) * tr B [LR]) / T) + (((-1) * lam * ((sigma) ^ 2) * tr B [LR; LR]) / T) + tr B [LA] + tr B [LW0])
  = (((-2) * tr B [LM]) + ((h1 * ((sigma) ^ 2)) / T) + ((h2 * ((lam) ^ 2) * tr B [LA]) / INR d) + (((-1) * lam * h2 * ((sigma) ^ 2)) / T) + (((-2) * lam * h1 * tr B [LA]) / INR d) + ((2 * lam * h1 * tr B [LM]) / INR d) + tr B [LA] + tr B [LW0]).
Proof.
  intros B.
  rewrite ?axiom9, ?axiom10, ?axiom11, ?axiom12, ?axiom13.
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step10 : forall B : nat -> R, 
  (((-2) * tr B [LM]) + ((h1 * ((sigma) ^ 2)) / T) + ((h2 * ((lam) ^ 2) * tr B [LA]) / INR d) + (((-1) * lam * h2 * ((sigma) ^ 2)) / T) + (((-2) * lam * h1 * tr B [LA]) / INR d) + ((2 * lam * h1 * tr B [LM]) / INR d) + tr B [LA] + tr B [LW0])
  = (((-2) * sum d (fun i => (m i * w0 i))) + ((h1 * ((sigma) ^ 2)) / T) + ((h2 * ((lam) ^ 2) * sum d (fun i => a i)) / INR d) + (((-1) * lam * h2 * ((sigma) ^ 2)) / T) + (((-2) * lam * h1 * sum d (fun i => a i)) / INR d) + ((2 * lam * h1 * sum d (fun i => (m i * w0 i))) / INR d) + sum d (fun i => a i) + sum d (fun i => ((w0 i) ^ 2))).
Proof.
  intros B.
  assert (H1 : tr B [LA] = sum d (fun i => a i)).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LM] = sum d (fun i => (m i * w0 i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H3 : tr B [LW0] = sum d (fun i => ((w0 i) ^ 2))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* algebra: collect mu, alpha and sigma^2 *)
Lemma step11 : 
  (((-2) * sum d (fun i => (m i * w0 i))) + ((h1 * ((sigma) ^ 2)) / T) + ((h2 * ((lam) ^ 2) * sum d (fun i => a i)) / INR d) + (((-1) * lam * h2 * ((sigma) ^ 2)) / T) + (((-2) * lam * h1 * sum d (fun i => a i)) / INR d) + ((2 * lam * h1 * sum d (fun i => (m i * w0 i))) / INR d) + sum d (fun i => a i) + sum d (fun i => ((w0 i) ^ 2)))
  = (b + (alpha * (1 + ((h2 * ((lam) ^ 2)) / INR d) + (((-2) * lam * h1) / INR d))) + ((-1) * mu * (2 + (((-2) * lam * h1) / INR d))) + ((((sigma) ^ 2) * (h1 + ((-1) * lam * h2))) / T)).
Proof.
  intros.
  assert (E1 : sum d (fun i => a i) = slin d [(1, fun i => a i)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. field; side. }
  assert (E2 : sum d (fun i => (m i * w0 i)) = slin d [(1, fun i => (m i * w0 i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. field; side. }
  assert (E3 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. field; side. }
  assert (E4 : sum d (fun i => ((w0 i) ^ 2)) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?total_alpha.
  rewrite ?is_b.
  rewrite ?total_mu.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?total_alpha in Z; rewrite ?is_b in Z; rewrite ?total_mu in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S11.

End Page.
