(* Written by: ridgeproof derive mixing-least-squares --format coq
   mixing-least-squares.
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

Inductive letter := LA | LB | LM | LMt | LS | LS2 | LSigma | LSigmainv | LV | LX1 | LX1t | LX2 | LX2t | Le1 | Le1t | Le2 | Le2t | Lq | Lw | Lwt | Lw0 | Lw0t | Lwmix | Lwmixt.
Scheme Equality for letter.
Definition transposed (x : letter) := match x with LA => LA | LB => LB | LM => LMt | LMt => LM | LS => LS | LS2 => LS2 | LSigma => LSigma | LSigmainv => LSigmainv | LV => LV | LX1 => LX1t | LX1t => LX1 | LX2 => LX2t | LX2t => LX2 | Le1 => Le1t | Le1t => Le1 | Le2 => Le2t | Le2t => Le2 | Lq => Lq | Lw => Lwt | Lwt => Lw | Lw0 => Lw0t | Lw0t => Lw0 | Lwmix => Lwmixt | Lwmixt => Lwmix end.
(* Whether it depends on all draws of a fit. *)
Definition estimate (x : letter) := match x with Lwmix => true | Lwmixt => true | _ => false end.
(* Whether it holds nothing random. *)
Definition fixed (x : letter) := match x with LA => true | LB => true | LM => true | LMt => true | LSigma => true | LSigmainv => true | Lw0 => true | Lw0t => true | _ => false end.
(* Whether it is a function of Sigma or the test matrix. *)
Definition plain (x : letter) := match x with LB => true | LSigma => true | LSigmainv => true | _ => false end.
(* Whether it has a diagonal that is known, and no more. *)
Definition moment (x : letter) := match x with LA => true | LM => true | LMt => true | _ => false end.
Section Page.
  Variables d n : nat.
  Variables T sigma sigma_real synthetic_fraction : R.
  Variables a a_new m s w0 : nat -> R.
  (* tr B w is E tr of the product of the letters of w; LB is the diagonal matrix B. *)
  Variable tr : (nat -> R) -> list letter -> R.
  Hypothesis turn : forall B a b, tr B (a ++ b) = tr B (b ++ a).
  Hypothesis back : forall B a, tr B a = tr B (map transposed (rev a)).
  (* The diagonal entry i of each. *)
  Definition diag (B : nat -> R) (x : letter) i := match x with LA => a i | LB => B i | LM => (m i * w0 i) | LMt => (m i * w0 i) | LSigma => s i | LSigmainv => (1 / s i) | _ => 0 end.
  (* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma or the test matrix *)
  Hypothesis eigenbasis : forall B v,
    forallb (fun x => orb (plain x) (moment x)) v = true ->
    (length (filter moment v) <= 1)%nat ->
    tr B v = sum d (fun i => fold_right (fun x p => diag B x i * p) 1 v).
  (* definition: w_hat = (X'X)^-1 (X1'y1 + X2'y2), y1 = sigma_real e1, y2 = X2 w + sigma e2, X = (X1; X2) *)
  Hypothesis axiom1 : forall B v, tr B ([Lwmix] ++ v) = (sigma) * tr B ([LV; LX2t; Le2] ++ v) + (sigma_real) * tr B ([LV; LX1t; Le1] ++ v) + (1) * tr B ([LV; LX2t; LX2; Lw] ++ v).
  (* expectation: E[e1 e1'] = I, E[e1] = 0 *)
  Hypothesis axiom2 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le1 || letter_beq x Le1t)) v = true -> tr B ([Le1; Le1t] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e1 e1'] = I, E[e1] = 0 *)
  Hypothesis axiom3 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le1 || letter_beq x Le1t)) v = true -> tr B ([Le1] ++ v) = 0.
  (* expectation: E[e2 e2'] = I, E[e2] = 0 *)
  Hypothesis axiom4 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le2 || letter_beq x Le2t)) v = true -> tr B ([Le2; Le2t] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e2 e2'] = I, E[e2] = 0 *)
  Hypothesis axiom5 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le2 || letter_beq x Le2t)) v = true -> tr B ([Le2] ++ v) = 0.
  (* exact identity: X2'X2 = T S2, X1'X1 = T (S - S2) *)
  Hypothesis axiom6 : forall B v, tr B ([LX2t; LX2] ++ v) = (T) * tr B ([LS2] ++ v).
  (* exact identity: X2'X2 = T S2, X1'X1 = T (S - S2) *)
  Hypothesis axiom7 : forall B v, tr B ([LX1t; LX1] ++ v) = (T) * tr B ([LS] ++ v) + (((-1) * T)) * tr B ([LS2] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom8 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lwt] ++ v) = (1) * tr B ([LA] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom9 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lw0t] ++ v) = (1) * tr B ([LM] ++ v).
  (* expectation: E R S2 = P2 E R S; E S2 Q S2 = P2^2 E S Q S + P1 P2 T/(T-1) [T E q Q q - E S Q S/T], q = x x'/T of any one row x, Q a function of S, P2 the synthetic fraction, P1 = 1 - P2; as it is used *)
  Hypothesis axiom10 : forall B, tr B [LA; LS2; LV; LSigma; LV; LS2] = ((((synthetic_fraction) ^ 2) * tr B [LA; LS; LV; LSigma; LV; LS]) + ((((synthetic_fraction) ^ 2) * tr B [LA; LS; LV; LSigma; LV; LS]) / ((-1) + T)) + (((-1) * synthetic_fraction * tr B [LA; LS; LV; LSigma; LV; LS]) / ((-1) + T)) + ((synthetic_fraction * ((T) ^ 2) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T)) + (((-1) * ((synthetic_fraction) ^ 2) * ((T) ^ 2) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T))).
  (* expectation: E R S2 = P2 E R S; E S2 Q S2 = P2^2 E S Q S + P1 P2 T/(T-1) [T E q Q q - E S Q S/T], q = x x'/T of any one row x, Q a function of S, P2 the synthetic fraction, P1 = 1 - P2; as it is used *)
  Hypothesis axiom11 : forall B, tr B [LS2; LV; LSigma; LV] = (synthetic_fraction * tr B [LS; LV; LSigma; LV]).
  (* exact identity: (X'X)^-1 S = 1/T for T >= d *)
  Hypothesis axiom12 : forall B v, tr B ([LV; LS] ++ v) = ((1 / T)) * tr B ([] ++ v).
  (* expectation: E tr(C q (X'X)^-1 Sigma (X'X)^-1 q) = tr(C Sigma) (T-2) (d+2)/(T^3 (T+2) (T-d-1)), q = x x'/T of one row x, T >= d+2; as it is used *)
  Hypothesis axiom13 : forall B, tr B [LA; Lq; LV; LSigma; LV; Lq] = ((((-2) + T) * (2 + INR d) * tr B [LA; LSigma]) / (((T) ^ 3) * (2 + T) * ((-1) + T + ((-1) * INR d)))).
  (* expectation: E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2 *)
  Hypothesis axiom14 : forall B v, forallb fixed v = true -> tr B ([LV] ++ v) = ((1 / ((-1) + T + ((-1) * INR d)))) * tr B ([LSigmainv] ++ v).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : ((-1) + T) <> 0.
  Hypothesis nonzero2 : T <> 0.
  Hypothesis nonzero3 : (2 + T) <> 0.
  Hypothesis nonzero4 : (1 + INR d + ((-1) * T)) <> 0.
  Hypothesis nonzero5 : forall i, (i < d)%nat -> s i <> 0.
  Ltac at_i i Hi := pose proof (nonzero5 i Hi).
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero1 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero2 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero3 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero4 as Z; tac Z).

Section S10.  (* downstream least squares on real and synthetic rows *)
(* definition: w_hat = (X'X)^-1 (X1'y1 + X2'y2), y1 = sigma_real e1, y2 = X2 w + sigma e2, X = (X1; X2) *)
Lemma step1 : forall B : nat -> R, 
  tr B [LSigma; Lwmix; Lwmixt]
  = ((((sigma) ^ 2) * tr B [LSigma; LV; LX2t; Le2; Le2t; LX2; LV]) + (((sigma_real) ^ 2) * tr B [LSigma; LV; LX1t; Le1; Le1t; LX1; LV]) + (2 * sigma * tr B [LSigma; LV; LX2t; LX2; Lw; Le2t; LX2; LV]) + (2 * sigma_real * tr B [LSigma; LV; LX1t; Le1; Lwt; LX2t; LX2; LV]) + (2 * sigma * sigma_real * tr B [LSigma; LV; LX1t; Le1; Le2t; LX2; LV]) + tr B [LSigma; LV; LX2t; LX2; Lw; Lwt; LX2t; LX2; LV]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lwmix; Lwmixt] = (sigma) * tr B [LSigma; LV; LX2t; Le2; Lwmixt] + (sigma_real) * tr B [LSigma; LV; LX1t; Le1; Lwmixt] + (1) * tr B [LSigma; LV; LX2t; LX2; Lw; Lwmixt]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lwmix; Lwmixt]) (axiom1 B [Lwmixt; LSigma])) (f_equal2 Rplus (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [LV; LX2t; Le2; Lwmixt] [LSigma])) (f_equal (Rmult (sigma_real)) (turn B [LV; LX1t; Le1; Lwmixt] [LSigma]))) (f_equal (Rmult (1)) (turn B [LV; LX2t; LX2; Lw; Lwmixt] [LSigma])))).
  assert (H2 : tr B [LSigma; LV; LX2t; LX2; Lw; Lwmixt] = (sigma) * tr B [LSigma; LV; LX2t; LX2; Lw; Le2t; LX2; LV] + (sigma_real) * tr B [LSigma; LV; LX1t; Le1; Lwt; LX2t; LX2; LV] + (1) * tr B [LSigma; LV; LX2t; LX2; Lw; Lwt; LX2t; LX2; LV]) by exact (eq_trans (eq_trans (eq_trans (back B [LSigma; LV; LX2t; LX2; Lw; Lwmixt]) (turn B [] [Lwmix; Lwt; LX2t; LX2; LV; LSigma])) (axiom1 B [Lwt; LX2t; LX2; LV; LSigma])) (f_equal2 Rplus (f_equal2 Rplus (f_equal (Rmult (sigma)) (eq_trans (back B [LV; LX2t; Le2; Lwt; LX2t; LX2; LV; LSigma]) (turn B [] [LSigma; LV; LX2t; LX2; Lw; Le2t; LX2; LV]))) (f_equal (Rmult (sigma_real)) (turn B [LV; LX1t; Le1; Lwt; LX2t; LX2; LV] [LSigma]))) (f_equal (Rmult (1)) (turn B [LV; LX2t; LX2; Lw; Lwt; LX2t; LX2; LV] [LSigma])))).
  assert (H3 : tr B [LSigma; LV; LX1t; Le1; Lwmixt] = (sigma) * tr B [LSigma; LV; LX1t; Le1; Le2t; LX2; LV] + (sigma_real) * tr B [LSigma; LV; LX1t; Le1; Le1t; LX1; LV] + (1) * tr B [LSigma; LV; LX1t; Le1; Lwt; LX2t; LX2; LV]) by exact (eq_trans (eq_trans (eq_trans (back B [LSigma; LV; LX1t; Le1; Lwmixt]) (turn B [] [Lwmix; Le1t; LX1; LV; LSigma])) (axiom1 B [Le1t; LX1; LV; LSigma])) (f_equal2 Rplus (f_equal2 Rplus (f_equal (Rmult (sigma)) (eq_trans (back B [LV; LX2t; Le2; Le1t; LX1; LV; LSigma]) (turn B [] [LSigma; LV; LX1t; Le1; Le2t; LX2; LV]))) (f_equal (Rmult (sigma_real)) (turn B [LV; LX1t; Le1; Le1t; LX1; LV] [LSigma]))) (f_equal (Rmult (1)) (eq_trans (back B [LV; LX2t; LX2; Lw; Le1t; LX1; LV; LSigma]) (turn B [] [LSigma; LV; LX1t; Le1; Lwt; LX2t; LX2; LV]))))).
  assert (H4 : tr B [LSigma; LV; LX2t; Le2; Lwmixt] = (sigma) * tr B [LSigma; LV; LX2t; Le2; Le2t; LX2; LV] + (sigma_real) * tr B [LSigma; LV; LX1t; Le1; Le2t; LX2; LV] + (1) * tr B [LSigma; LV; LX2t; LX2; Lw; Le2t; LX2; LV]) by exact (eq_trans (eq_trans (eq_trans (back B [LSigma; LV; LX2t; Le2; Lwmixt]) (turn B [] [Lwmix; Le2t; LX2; LV; LSigma])) (axiom1 B [Le2t; LX2; LV; LSigma])) (f_equal2 Rplus (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [LV; LX2t; Le2; Le2t; LX2; LV] [LSigma])) (f_equal (Rmult (sigma_real)) (turn B [LV; LX1t; Le1; Le2t; LX2; LV] [LSigma]))) (f_equal (Rmult (1)) (turn B [LV; LX2t; LX2; Lw; Le2t; LX2; LV] [LSigma])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4].
  field; side.
Qed.
(* expectation: E[e1 e1'] = I, E[e1] = 0 *)
Lemma step2 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LSigma; LV; LX2t; Le2; Le2t; LX2; LV]) + (((sigma_real) ^ 2) * tr B [LSigma; LV; LX1t; Le1; Le1t; LX1; LV]) + (2 * sigma * tr B [LSigma; LV; LX2t; LX2; Lw; Le2t; LX2; LV]) + (2 * sigma_real * tr B [LSigma; LV; LX1t; Le1; Lwt; LX2t; LX2; LV]) + (2 * sigma * sigma_real * tr B [LSigma; LV; LX1t; Le1; Le2t; LX2; LV]) + tr B [LSigma; LV; LX2t; LX2; Lw; Lwt; LX2t; LX2; LV])
  = ((((sigma) ^ 2) * tr B [LSigma; LV; LX2t; Le2; Le2t; LX2; LV]) + (((sigma_real) ^ 2) * tr B [LSigma; LV; LX1t; LX1; LV]) + (2 * sigma * tr B [LSigma; LV; LX2t; LX2; Lw; Le2t; LX2; LV]) + tr B [LSigma; LV; LX2t; LX2; Lw; Lwt; LX2t; LX2; LV]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; LV; LX1t; Le1; Le1t; LX1; LV] = (1) * tr B [LSigma; LV; LX1t; LX1; LV]) by exact (eq_trans (eq_trans (turn B [LSigma; LV; LX1t] [Le1; Le1t; LX1; LV]) (axiom2 B [LX1; LV; LSigma; LV; LX1t] eq_refl)) (f_equal (Rmult (1)) (turn B [LX1; LV] [LSigma; LV; LX1t]))).
  assert (H2 : tr B [LSigma; LV; LX1t; Le1; Lwt; LX2t; LX2; LV] = 0) by exact (eq_trans (turn B [LSigma; LV; LX1t] [Le1; Lwt; LX2t; LX2; LV]) (axiom3 B [Lwt; LX2t; LX2; LV; LSigma; LV; LX1t] eq_refl)).
  assert (H3 : tr B [LSigma; LV; LX1t; Le1; Le2t; LX2; LV] = 0) by exact (eq_trans (turn B [LSigma; LV; LX1t] [Le1; Le2t; LX2; LV]) (axiom3 B [Le2t; LX2; LV; LSigma; LV; LX1t] eq_refl)).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* expectation: E[e2 e2'] = I, E[e2] = 0 *)
Lemma step3 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LSigma; LV; LX2t; Le2; Le2t; LX2; LV]) + (((sigma_real) ^ 2) * tr B [LSigma; LV; LX1t; LX1; LV]) + (2 * sigma * tr B [LSigma; LV; LX2t; LX2; Lw; Le2t; LX2; LV]) + tr B [LSigma; LV; LX2t; LX2; Lw; Lwt; LX2t; LX2; LV])
  = ((((sigma) ^ 2) * tr B [LSigma; LV; LX2t; LX2; LV]) + (((sigma_real) ^ 2) * tr B [LSigma; LV; LX1t; LX1; LV]) + tr B [LSigma; LV; LX2t; LX2; Lw; Lwt; LX2t; LX2; LV]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; LV; LX2t; Le2; Le2t; LX2; LV] = (1) * tr B [LSigma; LV; LX2t; LX2; LV]) by exact (eq_trans (eq_trans (turn B [LSigma; LV; LX2t] [Le2; Le2t; LX2; LV]) (axiom4 B [LX2; LV; LSigma; LV; LX2t] eq_refl)) (f_equal (Rmult (1)) (turn B [LX2; LV] [LSigma; LV; LX2t]))).
  assert (H2 : tr B [LSigma; LV; LX2t; LX2; Lw; Le2t; LX2; LV] = 0) by exact (eq_trans (eq_trans (back B [LSigma; LV; LX2t; LX2; Lw; Le2t; LX2; LV]) (turn B [LV; LX2t] [Le2; Lwt; LX2t; LX2; LV; LSigma])) (axiom5 B [Lwt; LX2t; LX2; LV; LSigma; LV; LX2t] eq_refl)).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* exact identity: X2'X2 = T S2, X1'X1 = T (S - S2) *)
Lemma step4 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LSigma; LV; LX2t; LX2; LV]) + (((sigma_real) ^ 2) * tr B [LSigma; LV; LX1t; LX1; LV]) + tr B [LSigma; LV; LX2t; LX2; Lw; Lwt; LX2t; LX2; LV])
  = ((((T) ^ 2) * tr B [LS2; LV; LSigma; LV; LS2; Lw; Lwt]) + (T * ((sigma) ^ 2) * tr B [LS2; LV; LSigma; LV]) + (T * ((sigma_real) ^ 2) * tr B [LS; LV; LSigma; LV]) + ((-1) * T * ((sigma_real) ^ 2) * tr B [LS2; LV; LSigma; LV])).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; LV; LX2t; LX2; Lw; Lwt; LX2t; LX2; LV] = (T) * tr B [LS2; LV; LSigma; LV; LX2t; LX2; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LSigma; LV] [LX2t; LX2; Lw; Lwt; LX2t; LX2; LV]) (axiom6 B [Lw; Lwt; LX2t; LX2; LV; LSigma; LV])) (f_equal (Rmult (T)) (eq_trans (back B [LS2; Lw; Lwt; LX2t; LX2; LV; LSigma; LV]) (turn B [LV; LSigma; LV; LX2t; LX2; Lw; Lwt] [LS2])))).
  assert (H2 : tr B [LS2; LV; LSigma; LV; LX2t; LX2; Lw; Lwt] = (T) * tr B [LS2; LV; LSigma; LV; LS2; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LS2; LV; LSigma; LV] [LX2t; LX2; Lw; Lwt]) (axiom6 B [Lw; Lwt; LS2; LV; LSigma; LV])) (f_equal (Rmult (T)) (turn B [LS2; Lw; Lwt] [LS2; LV; LSigma; LV]))).
  assert (H3 : tr B [LSigma; LV; LX2t; LX2; LV] = (T) * tr B [LS2; LV; LSigma; LV]) by exact (eq_trans (eq_trans (turn B [LSigma; LV] [LX2t; LX2; LV]) (axiom6 B [LV; LSigma; LV])) (f_equal (Rmult (T)) (turn B [] [LS2; LV; LSigma; LV]))).
  assert (H4 : tr B [LSigma; LV; LX1t; LX1; LV] = (T) * tr B [LS; LV; LSigma; LV] + (((-1) * T)) * tr B [LS2; LV; LSigma; LV]) by exact (eq_trans (eq_trans (turn B [LSigma; LV] [LX1t; LX1; LV]) (axiom7 B [LV; LSigma; LV])) (f_equal2 Rplus (f_equal (Rmult (T)) (turn B [] [LS; LV; LSigma; LV])) (f_equal (Rmult (((-1) * T))) (turn B [] [LS2; LV; LSigma; LV])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step5 : forall B : nat -> R, 
  ((((T) ^ 2) * tr B [LS2; LV; LSigma; LV; LS2; Lw; Lwt]) + (T * ((sigma) ^ 2) * tr B [LS2; LV; LSigma; LV]) + (T * ((sigma_real) ^ 2) * tr B [LS; LV; LSigma; LV]) + ((-1) * T * ((sigma_real) ^ 2) * tr B [LS2; LV; LSigma; LV]))
  = ((((T) ^ 2) * tr B [LA; LS2; LV; LSigma; LV; LS2]) + (T * ((sigma) ^ 2) * tr B [LS2; LV; LSigma; LV]) + (T * ((sigma_real) ^ 2) * tr B [LS; LV; LSigma; LV]) + ((-1) * T * ((sigma_real) ^ 2) * tr B [LS2; LV; LSigma; LV])).
Proof.
  intros B.
  assert (H1 : tr B [LS2; LV; LSigma; LV; LS2; Lw; Lwt] = (1) * tr B [LA; LS2; LV; LSigma; LV; LS2]) by exact (eq_trans (eq_trans (turn B [LS2; LV; LSigma; LV; LS2] [Lw; Lwt]) (axiom8 B [LS2; LV; LSigma; LV; LS2] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LS2; LV; LSigma; LV; LS2]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E R S2 = P2 E R S; E S2 Q S2 = P2^2 E S Q S + P1 P2 T/(T-1) [T E q Q q - E S Q S/T], q = x x'/T of any one row x, Q a function of S, P2 the synthetic fraction, P1 = 1 - P2 *)
Lemma step6 : forall B : nat -> R, 
  ((((T) ^ 2) * tr B [LA; LS2; LV; LSigma; LV; LS2]) + (T * ((sigma) ^ 2) * tr B [LS2; LV; LSigma; LV]) + (T * ((sigma_real) ^ 2) * tr B [LS; LV; LSigma; LV]) + ((-1) * T * ((sigma_real) ^ 2) * tr B [LS2; LV; LSigma; LV]))
  = ((T * ((sigma_real) ^ 2) * tr B [LS; LV; LSigma; LV]) + (((synthetic_fraction) ^ 2) * ((T) ^ 2) * tr B [LA; LS; LV; LSigma; LV; LS]) + (synthetic_fraction * T * ((sigma) ^ 2) * tr B [LS; LV; LSigma; LV]) + ((synthetic_fraction * ((T) ^ 4) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T)) + ((((synthetic_fraction) ^ 2) * ((T) ^ 2) * tr B [LA; LS; LV; LSigma; LV; LS]) / ((-1) + T)) + ((-1) * synthetic_fraction * T * ((sigma_real) ^ 2) * tr B [LS; LV; LSigma; LV]) + (((-1) * synthetic_fraction * ((T) ^ 2) * tr B [LA; LS; LV; LSigma; LV; LS]) / ((-1) + T)) + (((-1) * ((synthetic_fraction) ^ 2) * ((T) ^ 4) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T))).
Proof.
  intros B.
  rewrite ?axiom10, ?axiom11.
  field; side.
Qed.
(* exact identity: (X'X)^-1 S = 1/T for T >= d *)
Lemma step7 : forall B : nat -> R, 
  ((T * ((sigma_real) ^ 2) * tr B [LS; LV; LSigma; LV]) + (((synthetic_fraction) ^ 2) * ((T) ^ 2) * tr B [LA; LS; LV; LSigma; LV; LS]) + (synthetic_fraction * T * ((sigma) ^ 2) * tr B [LS; LV; LSigma; LV]) + ((synthetic_fraction * ((T) ^ 4) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T)) + ((((synthetic_fraction) ^ 2) * ((T) ^ 2) * tr B [LA; LS; LV; LSigma; LV; LS]) / ((-1) + T)) + ((-1) * synthetic_fraction * T * ((sigma_real) ^ 2) * tr B [LS; LV; LSigma; LV]) + (((-1) * synthetic_fraction * ((T) ^ 2) * tr B [LA; LS; LV; LSigma; LV; LS]) / ((-1) + T)) + (((-1) * ((synthetic_fraction) ^ 2) * ((T) ^ 4) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T)))
  = ((((sigma_real) ^ 2) * tr B [LSigma; LV]) + (((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) + (synthetic_fraction * ((sigma) ^ 2) * tr B [LSigma; LV]) + ((((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) / ((-1) + T)) + ((-1) * synthetic_fraction * ((sigma_real) ^ 2) * tr B [LSigma; LV]) + (((-1) * synthetic_fraction * tr B [LA; LSigma]) / ((-1) + T)) + ((synthetic_fraction * ((T) ^ 4) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T)) + (((-1) * ((synthetic_fraction) ^ 2) * ((T) ^ 4) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T))).
Proof.
  intros B.
  assert (H1 : tr B [LS; LV; LSigma; LV] = ((1 / T)) * tr B [LSigma; LV]) by exact (eq_trans (eq_trans (turn B [LS; LV; LSigma] [LV]) (axiom12 B [LV; LSigma])) (f_equal (Rmult ((1 / T))) (turn B [LV] [LSigma]))).
  assert (H2 : tr B [LA; LS; LV; LSigma; LV; LS] = ((1 / T)) * tr B [LA; LS; LV; LSigma]) by exact (eq_trans (eq_trans (turn B [LA; LS; LV; LSigma] [LV; LS]) (axiom12 B [LA; LS; LV; LSigma])) (f_equal (Rmult ((1 / T))) (turn B [] [LA; LS; LV; LSigma]))).
  assert (H3 : tr B [LA; LS; LV; LSigma] = ((1 / T)) * tr B [LA; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LA; LS; LV; LSigma]) (turn B [LSigma] [LV; LS; LA])) (axiom12 B [LA; LSigma])) (f_equal (Rmult ((1 / T))) (turn B [] [LA; LSigma]))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* expectation: E tr(C q (X'X)^-1 Sigma (X'X)^-1 q) = tr(C Sigma) (T-2) (d+2)/(T^3 (T+2) (T-d-1)), q = x x'/T of one row x, T >= d+2 *)
Lemma step8 : forall B : nat -> R, 
  ((((sigma_real) ^ 2) * tr B [LSigma; LV]) + (((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) + (synthetic_fraction * ((sigma) ^ 2) * tr B [LSigma; LV]) + ((((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) / ((-1) + T)) + ((-1) * synthetic_fraction * ((sigma_real) ^ 2) * tr B [LSigma; LV]) + (((-1) * synthetic_fraction * tr B [LA; LSigma]) / ((-1) + T)) + ((synthetic_fraction * ((T) ^ 4) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T)) + (((-1) * ((synthetic_fraction) ^ 2) * ((T) ^ 4) * tr B [LA; Lq; LV; LSigma; LV; Lq]) / ((-1) + T)))
  = ((((sigma_real) ^ 2) * tr B [LSigma; LV]) + (((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) + (synthetic_fraction * ((sigma) ^ 2) * tr B [LSigma; LV]) + ((((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) / ((-1) + T)) + ((-1) * synthetic_fraction * ((sigma_real) ^ 2) * tr B [LSigma; LV]) + (((-1) * synthetic_fraction * tr B [LA; LSigma]) / ((-1) + T)) + ((synthetic_fraction * T * ((-2) + T) * (2 + INR d) * tr B [LA; LSigma]) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))) + (((-1) * T * ((synthetic_fraction) ^ 2) * ((-2) + T) * (2 + INR d) * tr B [LA; LSigma]) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d))))).
Proof.
  intros B.
  rewrite ?axiom13.
  field; side.
Qed.
(* expectation: E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2 *)
Lemma step9 : forall B : nat -> R, 
  ((((sigma_real) ^ 2) * tr B [LSigma; LV]) + (((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) + (synthetic_fraction * ((sigma) ^ 2) * tr B [LSigma; LV]) + ((((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) / ((-1) + T)) + ((-1) * synthetic_fraction * ((sigma_real) ^ 2) * tr B [LSigma; LV]) + (((-1) * synthetic_fraction * tr B [LA; LSigma]) / ((-1) + T)) + ((synthetic_fraction * T * ((-2) + T) * (2 + INR d) * tr B [LA; LSigma]) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))) + (((-1) * T * ((synthetic_fraction) ^ 2) * ((-2) + T) * (2 + INR d) * tr B [LA; LSigma]) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))))
  = ((((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) + ((((sigma_real) ^ 2) * tr B [LSigma; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + ((((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) / ((-1) + T)) + (((-1) * synthetic_fraction * tr B [LA; LSigma]) / ((-1) + T)) + ((synthetic_fraction * ((sigma) ^ 2) * tr B [LSigma; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + (((-1) * synthetic_fraction * ((sigma_real) ^ 2) * tr B [LSigma; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + ((synthetic_fraction * T * ((-2) + T) * (2 + INR d) * tr B [LA; LSigma]) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))) + (((-1) * T * ((synthetic_fraction) ^ 2) * ((-2) + T) * (2 + INR d) * tr B [LA; LSigma]) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d))))).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; LV] = ((1 / ((-1) + T + ((-1) * INR d)))) * tr B [LSigma; LSigmainv]) by exact (eq_trans (eq_trans (turn B [LSigma] [LV]) (axiom14 B [LSigma] eq_refl)) (f_equal (Rmult ((1 / ((-1) + T + ((-1) * INR d))))) (turn B [LSigmainv] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step10 : forall B : nat -> R, 
  ((((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) + ((((sigma_real) ^ 2) * tr B [LSigma; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + ((((synthetic_fraction) ^ 2) * tr B [LA; LSigma]) / ((-1) + T)) + (((-1) * synthetic_fraction * tr B [LA; LSigma]) / ((-1) + T)) + ((synthetic_fraction * ((sigma) ^ 2) * tr B [LSigma; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + (((-1) * synthetic_fraction * ((sigma_real) ^ 2) * tr B [LSigma; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + ((synthetic_fraction * T * ((-2) + T) * (2 + INR d) * tr B [LA; LSigma]) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))) + (((-1) * T * ((synthetic_fraction) ^ 2) * ((-2) + T) * (2 + INR d) * tr B [LA; LSigma]) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))))
  = ((((synthetic_fraction) ^ 2) * sum d (fun i => (a i * s i))) + ((((sigma_real) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + ((((synthetic_fraction) ^ 2) * sum d (fun i => (a i * s i))) / ((-1) + T)) + (((-1) * synthetic_fraction * sum d (fun i => (a i * s i))) / ((-1) + T)) + ((synthetic_fraction * ((sigma) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + (((-1) * synthetic_fraction * ((sigma_real) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + ((synthetic_fraction * T * ((-2) + T) * (2 + INR d) * sum d (fun i => (a i * s i))) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))) + (((-1) * T * ((synthetic_fraction) ^ 2) * ((-2) + T) * (2 + INR d) * sum d (fun i => (a i * s i))) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d))))).
Proof.
  intros B.
  assert (H1 : tr B [LA; LSigma] = sum d (fun i => (a i * s i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LSigma; LSigmainv] = sum d (fun i => 1)).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
End S10.

Section S12.  (* collected *)
Hypothesis put_a_new : forall i, (i < d)%nat -> a_new i = (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i)).
(* insertion: insert a_i = a - 2*m*w0 + w0**2: the second moment of w_n - w0, for any w0 *)
Lemma step11 : 
  ((((synthetic_fraction) ^ 2) * sum d (fun i => (s i * a_new i))) + ((((sigma_real) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + ((((synthetic_fraction) ^ 2) * sum d (fun i => (s i * a_new i))) / ((-1) + T)) + (((-1) * synthetic_fraction * sum d (fun i => (s i * a_new i))) / ((-1) + T)) + ((synthetic_fraction * ((sigma) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + (((-1) * synthetic_fraction * ((sigma_real) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + ((synthetic_fraction * T * ((-2) + T) * (2 + INR d) * sum d (fun i => (s i * a_new i))) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))) + (((-1) * T * ((synthetic_fraction) ^ 2) * ((-2) + T) * (2 + INR d) * sum d (fun i => (s i * a_new i))) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))))
  = ((((synthetic_fraction) ^ 2) * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) + ((((sigma_real) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + ((((synthetic_fraction) ^ 2) * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) / ((-1) + T)) + (((-1) * synthetic_fraction * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) / ((-1) + T)) + ((synthetic_fraction * ((sigma) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + (((-1) * synthetic_fraction * ((sigma_real) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + ((synthetic_fraction * T * ((-2) + T) * (2 + INR d) * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))) + (((-1) * T * ((synthetic_fraction) ^ 2) * ((-2) + T) * (2 + INR d) * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d))))).
Proof.
  intros.
  assert (E1 : sum d (fun i => 1) = slin d [(1, fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a_new by assumption. field; side. }
  assert (E2 : sum d (fun i => (s i * a_new i)) = slin d [(1, fun i => (a i * s i)); (1, fun i => (s i * ((w0 i) ^ 2))); ((-2), fun i => (m i * w0 i * s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a_new by assumption. field; side. }
  assert (E3 : sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i)))) = slin d [(1, fun i => (a i * s i)); (1, fun i => (s i * ((w0 i) ^ 2))); ((-2), fun i => (m i * w0 i * s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a_new by assumption. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: collect E||w_n - w0||_Sigma^2 and the noises *)
Lemma step12 : 
  ((((synthetic_fraction) ^ 2) * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) + ((((sigma_real) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + ((((synthetic_fraction) ^ 2) * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) / ((-1) + T)) + (((-1) * synthetic_fraction * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) / ((-1) + T)) + ((synthetic_fraction * ((sigma) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + (((-1) * synthetic_fraction * ((sigma_real) ^ 2) * sum d (fun i => 1)) / ((-1) + T + ((-1) * INR d))) + ((synthetic_fraction * T * ((-2) + T) * (2 + INR d) * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))) + (((-1) * T * ((synthetic_fraction) ^ 2) * ((-2) + T) * (2 + INR d) * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d)))))
  = (((((synthetic_fraction * ((-1) + (synthetic_fraction * T))) / ((-1) + T)) + ((synthetic_fraction * T * (1 + ((-1) * synthetic_fraction)) * ((-2) + T) * (2 + INR d)) / (((-1) + T) * (2 + T) * ((-1) + T + ((-1) * INR d))))) * sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i))))) + ((INR d * ((synthetic_fraction * ((sigma) ^ 2)) + (((sigma_real) ^ 2) * (1 + ((-1) * synthetic_fraction))))) / ((-1) + T + ((-1) * INR d)))).
Proof.
  intros.
  assert (E1 : sum d (fun i => 1) = slin d [(1, fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => (s i * (a i + ((w0 i) ^ 2) + ((-2) * m i * w0 i)))) = slin d [(1, fun i => (a i * s i)); (1, fun i => (s i * ((w0 i) ^ 2))); ((-2), fun i => (m i * w0 i * s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E1.
  rewrite ?E2.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S12.

End Page.
