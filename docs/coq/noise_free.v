(* Written by: ridgeproof derive noise-free --format coq
   noise-free.
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

Inductive letter := LA | LB | LM | LMt | LP | LPt | LP0 | LP0t | LPi0 | LSigma | LV | LW0 | LX | LXt | LX0 | LX0t | Le0 | Le0t | Lf0 | Lf0t | Lw | Lwt | Lw0 | Lw0t | Lw_hat | Lw_hatt | Lw_hat0 | Lw_hat0t | Lwn0 | Lwn0t.
Scheme Equality for letter.
Definition transposed (x : letter) := match x with LA => LA | LB => LB | LM => LMt | LMt => LM | LP => LPt | LPt => LP | LP0 => LP0t | LP0t => LP0 | LPi0 => LPi0 | LSigma => LSigma | LV => LV | LW0 => LW0 | LX => LXt | LXt => LX | LX0 => LX0t | LX0t => LX0 | Le0 => Le0t | Le0t => Le0 | Lf0 => Lf0t | Lf0t => Lf0 | Lw => Lwt | Lwt => Lw | Lw0 => Lw0t | Lw0t => Lw0 | Lw_hat => Lw_hatt | Lw_hatt => Lw_hat | Lw_hat0 => Lw_hat0t | Lw_hat0t => Lw_hat0 | Lwn0 => Lwn0t | Lwn0t => Lwn0 end.
(* Whether it depends on all draws of a fit. *)
Definition estimate (x : letter) := match x with Lw_hat => true | Lw_hatt => true | Lw_hat0 => true | Lw_hat0t => true | Lwn0 => true | Lwn0t => true | _ => false end.
(* Whether it holds nothing random. *)
Definition fixed (x : letter) := match x with LA => true | LB => true | LM => true | LMt => true | LSigma => true | LW0 => true | Lw0 => true | Lw0t => true | _ => false end.
(* Whether it is a function of Sigma or the test matrix. *)
Definition plain (x : letter) := match x with LB => true | LSigma => true | _ => false end.
(* Whether it has a diagonal that is known, and no more. *)
Definition moment (x : letter) := match x with LA => true | LM => true | LMt => true | LW0 => true | _ => false end.
Section Page.
  Variables d n : nat.
  Variables T0 alpha b eta mu sigma0 : R.
  Variables a m s w0 : nat -> R.
  (* tr B w is E tr of the product of the letters of w; LB is the diagonal matrix B. *)
  Variable tr : (nat -> R) -> list letter -> R.
  Hypothesis turn : forall B a b, tr B (a ++ b) = tr B (b ++ a).
  Hypothesis back : forall B a, tr B a = tr B (map transposed (rev a)).
  (* The diagonal entry i of each. *)
  Definition diag (B : nat -> R) (x : letter) i := match x with LA => a i | LB => B i | LM => (m i * w0 i) | LMt => (m i * w0 i) | LSigma => s i | LW0 => ((w0 i) ^ 2) | _ => 0 end.
  (* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma or the test matrix *)
  Hypothesis eigenbasis : forall B v,
    forallb (fun x => orb (plain x) (moment x)) v = true ->
    (length (filter moment v) <= 1)%nat ->
    tr B v = sum d (fun i => fold_right (fun x p => diag B x i * p) 1 v).
  (* definition: w_hat = X^+ X w, sigma = 0 *)
  Hypothesis axiom1 : forall B v, tr B ([Lw_hat] ++ v) = (1) * tr B ([LP; LX; Lw] ++ v).
  (* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
  Hypothesis axiom2 : forall B v, tr B ([LP; LX] ++ v) = (1) * tr B ([] ++ v).
  (* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
  Hypothesis axiom3 : forall B v, tr B ([LP; LPt] ++ v) = (1) * tr B ([LV] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom4 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lwt] ++ v) = (1) * tr B ([LA] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom5 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lw0t] ++ v) = (1) * tr B ([LM] ++ v).
  (* definition: W0 = w0 w0' *)
  Hypothesis axiom6 : forall B v, tr B ([Lw0; Lw0t] ++ v) = (1) * tr B ([LW0] ++ v).
  (* definition: w_hat0 = X0^+ (X0 w + sigma0 e0) *)
  Hypothesis axiom7 : forall B v, tr B ([Lw_hat0] ++ v) = (sigma0) * tr B ([LP0; Le0] ++ v) + (1) * tr B ([LP0; LX0; Lw] ++ v).
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom8 : forall B, tr B [LP0; LX0; Lw; Lw0t; LSigma] = tr B [LP0; LX0; Lw; Lw0t].
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom9 : forall B, tr B [LP0; Le0; Lw0t; LSigma] = tr B [LP0; Le0; Lw0t].
  (* exact identity: X0^+ X0 = Pi0 = Pi0', Pi0^2 = Pi0, Pi0 X0^+ = X0^+ *)
  Hypothesis axiom10 : forall B v, tr B ([LP0; LX0] ++ v) = (1) * tr B ([LPi0] ++ v).
  (* exact identity: X0^+ X0 = Pi0 = Pi0', Pi0^2 = Pi0, Pi0 X0^+ = X0^+ *)
  Hypothesis axiom11 : forall B v, tr B ([LPi0; LPi0] ++ v) = (1) * tr B ([LPi0] ++ v).
  (* exact identity: X0^+ X0 = Pi0 = Pi0', Pi0^2 = Pi0, Pi0 X0^+ = X0^+ *)
  Hypothesis axiom12 : forall B v, tr B ([LPi0; LP0] ++ v) = (1) * tr B ([LP0] ++ v).
  (* expectation: E[e0 e0'] = I, E[e0] = 0 *)
  Hypothesis axiom13 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le0 || letter_beq x Le0t)) v = true -> tr B ([Le0; Le0t] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e0 e0'] = I, E[e0] = 0 *)
  Hypothesis axiom14 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le0 || letter_beq x Le0t)) v = true -> tr B ([Le0] ++ v) = 0.
  (* expectation: E[Pi0] = T0/d for Sigma = I, T0 <= d (rotation invariance) *)
  Hypothesis axiom15 : forall B v, forallb fixed v = true -> tr B ([LPi0] ++ v) = ((T0 / INR d)) * tr B ([] ++ v).
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom16 : forall B, tr B [LP0; LX0; Lw; Le0t; LP0t; LSigma] = tr B [LP0; LX0; Lw; Le0t; LP0t].
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom17 : forall B, tr B [LP0; LX0; Lw; Lwt; LX0t; LP0t; LSigma] = tr B [LP0; LX0; Lw; Lwt; LX0t; LP0t].
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom18 : forall B, tr B [LP0; Le0; Le0t; LP0t; LSigma] = tr B [LP0; Le0; Le0t; LP0t].
  (* expectation: E[X0^+ X0^+'] = T0/(d (d-T0-1)) Sigma for Sigma = I, T0 <= d-2 *)
  Hypothesis axiom19 : forall B v, forallb fixed v = true -> tr B ([LP0; LP0t] ++ v) = ((T0 / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d)))) * tr B ([LSigma] ++ v).
  (* definition: w_n = X0^+ (X0 w0 + sigma0 f0) for n >= 1, f0 the sum of n label noises, because X0^+ X0 X0^+ = X0^+ *)
  Hypothesis axiom20 : forall B v, tr B ([Lwn0] ++ v) = (sigma0) * tr B ([LP0; Lf0] ++ v) + (1) * tr B ([LP0; LX0; Lw0] ++ v).
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom21 : forall B, tr B [LP0; LX0; Lw0; Lw0t; LSigma] = tr B [LP0; LX0; Lw0; Lw0t].
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom22 : forall B, tr B [LP0; Lf0; Lw0t; LSigma] = tr B [LP0; Lf0; Lw0t].
  (* expectation: E[f0 f0'] = n I, E[f0] = 0 *)
  Hypothesis axiom23 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lf0 || letter_beq x Lf0t)) v = true -> tr B ([Lf0; Lf0t] ++ v) = (INR n) * tr B ([] ++ v).
  (* expectation: E[f0 f0'] = n I, E[f0] = 0 *)
  Hypothesis axiom24 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lf0 || letter_beq x Lf0t)) v = true -> tr B ([Lf0] ++ v) = 0.
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom25 : forall B, tr B [LP0; LX0; Lw0; Lf0t; LP0t; LSigma] = tr B [LP0; LX0; Lw0; Lf0t; LP0t].
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom26 : forall B, tr B [LP0; LX0; Lw0; Lw0t; LX0t; LP0t; LSigma] = tr B [LP0; LX0; Lw0; Lw0t; LX0t; LP0t].
  (* exact identity: Sigma = I; as it is used *)
  Hypothesis axiom27 : forall B, tr B [LP0; Lf0; Lf0t; LP0t; LSigma] = tr B [LP0; Lf0; Lf0t; LP0t].
  (* What the names stand for; unknowns and asks of a process by (1) to (4). *)
  Hypothesis is_b : b = sum d (fun i => (s i * ((w0 i) ^ 2))).
  Hypothesis is_eta : eta = (T0 / INR d).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : INR d <> 0.
  Hypothesis nonzero2 : (1 + T0 + ((-1) * INR d)) <> 0.
  Hypothesis nonzero3 : (1 + ((-1) * INR d) + (INR d * eta)) <> 0.
  Hypothesis nonzero4 : ((-1) + eta) <> 0.
  Hypothesis nonzero5 : (T0 + ((-1) * INR d)) <> 0.
  Ltac at_i i Hi := idtac.
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero1 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero2 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero3 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero4 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero5 as Z; tac Z).

Section S6.  (* noiseless downstream least squares *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_alpha : alpha = sum d (fun i => a i).
Hypothesis total_mu : mu = sum d (fun i => (m i * w0 i)).
(* definition: w_hat = X^+ X w, sigma = 0 *)
Lemma step1 : forall B : nat -> R, 
  (((-2) * tr B [LSigma; Lw0; Lw_hatt]) + tr B [LSigma; Lw0; Lw0t] + tr B [LSigma; Lw_hat; Lw_hatt])
  = (((-2) * tr B [LP; LX; Lw; Lw0t; LSigma]) + tr B [LSigma; Lw0; Lw0t] + tr B [LP; LX; Lw; Lwt; LXt; LPt; LSigma]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw_hat; Lw_hatt] = (1) * tr B [LP; LX; Lw; Lw_hatt; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw_hat; Lw_hatt]) (axiom1 B [Lw_hatt; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Lw_hatt; LSigma]))).
  assert (H2 : tr B [LP; LX; Lw; Lw_hatt; LSigma] = (1) * tr B [LP; LX; Lw; Lwt; LXt; LPt; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LP; LX; Lw; Lw_hatt; LSigma]) (turn B [LSigma] [Lw_hat; Lwt; LXt; LPt])) (axiom1 B [Lwt; LXt; LPt; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Lwt; LXt; LPt; LSigma]))).
  assert (H3 : tr B [LSigma; Lw0; Lw_hatt] = (1) * tr B [LP; LX; Lw; Lw0t; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LSigma; Lw0; Lw_hatt]) (turn B [] [Lw_hat; Lw0t; LSigma])) (axiom1 B [Lw0t; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Lw0t; LSigma]))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
Lemma step2 : forall B : nat -> R, 
  (((-2) * tr B [LP; LX; Lw; Lw0t; LSigma]) + tr B [LSigma; Lw0; Lw0t] + tr B [LP; LX; Lw; Lwt; LXt; LPt; LSigma])
  = (((-2) * tr B [LSigma; Lw; Lw0t]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP; LX; Lw; Lw0t; LSigma] = (1) * tr B [LSigma; Lw; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Lw0t; LSigma]) (axiom2 B [Lw; Lw0t; LSigma])) (f_equal (Rmult (1)) (turn B [Lw; Lw0t] [LSigma]))).
  assert (H2 : tr B [LP; LX; Lw; Lwt; LXt; LPt; LSigma] = (1) * tr B [LP; LX; Lw; Lwt; LSigma]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Lwt; LXt; LPt; LSigma]) (axiom2 B [Lw; Lwt; LXt; LPt; LSigma])) (f_equal (Rmult (1)) (eq_trans (back B [Lw; Lwt; LXt; LPt; LSigma]) (turn B [LSigma] [LP; LX; Lw; Lwt])))).
  assert (H3 : tr B [LP; LX; Lw; Lwt; LSigma] = (1) * tr B [LSigma; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Lwt; LSigma]) (axiom2 B [Lw; Lwt; LSigma])) (f_equal (Rmult (1)) (turn B [Lw; Lwt] [LSigma]))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step3 : forall B : nat -> R, 
  (((-2) * tr B [LSigma; Lw; Lw0t]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw; Lwt] = (1) * tr B [LA; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw; Lwt]) (axiom4 B [LSigma] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LSigma]))).
  assert (H2 : tr B [LSigma; Lw; Lw0t] = (1) * tr B [LM; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw; Lw0t]) (axiom5 B [LSigma] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LM; LSigma]))).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* definition: W0 = w0 w0' *)
Lemma step4 : forall B : nat -> R, 
  (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; LW0]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw0; Lw0t] = (1) * tr B [LSigma; LW0]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw0; Lw0t]) (axiom6 B [LSigma])) (f_equal (Rmult (1)) (turn B [LW0] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step5 : forall B : nat -> R, 
  (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; LW0])
  = (((-2) * sum d (fun i => (m i * w0 i * s i))) + sum d (fun i => (a i * s i)) + sum d (fun i => (s i * ((w0 i) ^ 2)))).
Proof.
  intros B.
  assert (H1 : tr B [LA; LSigma] = sum d (fun i => (a i * s i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LM; LSigma] = sum d (fun i => (m i * w0 i * s i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H3 : tr B [LSigma; LW0] = sum d (fun i => (s i * ((w0 i) ^ 2)))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* algebra: Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d *)
Lemma step6 : 
  (((-2) * sum d (fun i => (m i * w0 i * s i))) + sum d (fun i => (a i * s i)) + sum d (fun i => (s i * ((w0 i) ^ 2))))
  = (alpha + b + ((-2) * mu)).
Proof.
  intros.
  assert (E1 : sum d (fun i => a i) = slin d [(1, fun i => a i)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. field; side. }
  assert (E2 : sum d (fun i => (a i * s i)) = slin d [(1, fun i => a i)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. field; side. }
  assert (E3 : sum d (fun i => (m i * w0 i * s i)) = slin d [(1, fun i => (m i * w0 i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. field; side. }
  assert (E4 : sum d (fun i => (m i * w0 i)) = slin d [(1, fun i => (m i * w0 i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. field; side. }
  assert (E5 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?E5.
  rewrite ?total_alpha.
  rewrite ?is_b.
  rewrite ?total_mu.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?E5.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?E5 in Z; rewrite ?total_alpha in Z; rewrite ?is_b in Z; rewrite ?total_mu in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?E5 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S6.

Section S15.  (* generators by minimum norm, fresh designs: mean *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_mu : mu = sum d (fun i => (m i * w0 i)).
(* definition: w_hat0 = X0^+ (X0 w + sigma0 e0) *)
Lemma step7 : forall B : nat -> R, 
  tr B [LSigma; Lw0; Lw_hat0t]
  = ((sigma0 * tr B [LP0; Le0; Lw0t; LSigma]) + tr B [LP0; LX0; Lw; Lw0t; LSigma]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw0; Lw_hat0t] = (sigma0) * tr B [LP0; Le0; Lw0t; LSigma] + (1) * tr B [LP0; LX0; Lw; Lw0t; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LSigma; Lw0; Lw_hat0t]) (turn B [] [Lw_hat0; Lw0t; LSigma])) (axiom7 B [Lw0t; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (turn B [] [LP0; Le0; Lw0t; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP0; LX0; Lw; Lw0t; LSigma])))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* exact identity: Sigma = I *)
Lemma step8 : forall B : nat -> R, 
  ((sigma0 * tr B [LP0; Le0; Lw0t; LSigma]) + tr B [LP0; LX0; Lw; Lw0t; LSigma])
  = ((sigma0 * tr B [LP0; Le0; Lw0t]) + tr B [LP0; LX0; Lw; Lw0t]).
Proof.
  intros B.
  rewrite ?axiom8, ?axiom9.
  field; side.
Qed.
(* exact identity: X0^+ X0 = Pi0 = Pi0', Pi0^2 = Pi0, Pi0 X0^+ = X0^+ *)
Lemma step9 : forall B : nat -> R, 
  ((sigma0 * tr B [LP0; Le0; Lw0t]) + tr B [LP0; LX0; Lw; Lw0t])
  = ((sigma0 * tr B [LP0; Le0; Lw0t]) + tr B [LPi0; Lw; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP0; LX0; Lw; Lw0t] = (1) * tr B [LPi0; Lw; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LP0; LX0; Lw; Lw0t]) (axiom10 B [Lw; Lw0t])) (f_equal (Rmult (1)) (turn B [] [LPi0; Lw; Lw0t]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[e0 e0'] = I, E[e0] = 0 *)
Lemma step10 : forall B : nat -> R, 
  ((sigma0 * tr B [LP0; Le0; Lw0t]) + tr B [LPi0; Lw; Lw0t])
  = tr B [LPi0; Lw; Lw0t].
Proof.
  intros B.
  assert (H1 : tr B [LP0; Le0; Lw0t] = 0) by exact (eq_trans (turn B [LP0] [Le0; Lw0t]) (axiom14 B [Lw0t; LP0] eq_refl)).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step11 : forall B : nat -> R, 
  tr B [LPi0; Lw; Lw0t]
  = tr B [LM; LPi0].
Proof.
  intros B.
  assert (H1 : tr B [LPi0; Lw; Lw0t] = (1) * tr B [LM; LPi0]) by exact (eq_trans (eq_trans (turn B [LPi0] [Lw; Lw0t]) (axiom5 B [LPi0] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LM; LPi0]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[Pi0] = T0/d for Sigma = I, T0 <= d (rotation invariance) *)
Lemma step12 : forall B : nat -> R, 
  tr B [LM; LPi0]
  = ((T0 * tr B [LM]) / INR d).
Proof.
  intros B.
  assert (H1 : tr B [LM; LPi0] = ((T0 / INR d)) * tr B [LM]) by exact (eq_trans (eq_trans (turn B [LM] [LPi0]) (axiom15 B [LM] eq_refl)) (f_equal (Rmult ((T0 / INR d))) (turn B [] [LM]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step13 : forall B : nat -> R, 
  ((T0 * tr B [LM]) / INR d)
  = ((T0 * sum d (fun i => (m i * w0 i))) / INR d).
Proof.
  intros B.
  assert (H1 : tr B [LM] = sum d (fun i => (m i * w0 i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d *)
Lemma step14 : 
  ((T0 * sum d (fun i => (m i * w0 i))) / INR d)
  = (mu * eta).
Proof.
  intros.
  assert (E1 : sum d (fun i => (m i * w0 i)) = slin d [(1, fun i => (m i * w0 i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?is_eta. field; side. }
  rewrite ?E1.
  rewrite ?is_eta.
  rewrite ?total_mu.
  rewrite ?E1.
  rewrite ?is_eta.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?is_eta in Z; rewrite ?total_mu in Z; rewrite ?E1 in Z; rewrite ?is_eta in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* recurrence: iterate from mu_0 = b; holds at n = 0, and one step leads from n to n+1 *)
Lemma step15 : forall x : nat -> R, x O = b ->
  (forall k, x (S k) = (x k * eta)) ->
  forall k, x k = (b * (((eta)) ^ k)).
Proof.
  intros x H0 HS k. induction k as [|k IH].
  - rewrite H0. cbn [INR pow]. field; side.
  - rewrite HS, IH, ?S_INR. rewrite ?pow_mult. cbn [pow]. field; side.
Qed.
End S15.

Section S25.  (* generators by minimum norm, fresh designs: second moment *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_alpha : alpha = sum d (fun i => a i).
(* definition: w_hat0 = X0^+ (X0 w + sigma0 e0) *)
Lemma step16 : forall B : nat -> R, 
  tr B [LSigma; Lw_hat0; Lw_hat0t]
  = ((((sigma0) ^ 2) * tr B [LP0; Le0; Le0t; LP0t; LSigma]) + (2 * sigma0 * tr B [LP0; LX0; Lw; Le0t; LP0t; LSigma]) + tr B [LP0; LX0; Lw; Lwt; LX0t; LP0t; LSigma]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw_hat0; Lw_hat0t] = (sigma0) * tr B [LP0; Le0; Lw_hat0t; LSigma] + (1) * tr B [LP0; LX0; Lw; Lw_hat0t; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw_hat0; Lw_hat0t]) (axiom7 B [Lw_hat0t; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (turn B [] [LP0; Le0; Lw_hat0t; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP0; LX0; Lw; Lw_hat0t; LSigma])))).
  assert (H2 : tr B [LP0; LX0; Lw; Lw_hat0t; LSigma] = (sigma0) * tr B [LP0; LX0; Lw; Le0t; LP0t; LSigma] + (1) * tr B [LP0; LX0; Lw; Lwt; LX0t; LP0t; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LP0; LX0; Lw; Lw_hat0t; LSigma]) (turn B [LSigma] [Lw_hat0; Lwt; LX0t; LP0t])) (axiom7 B [Lwt; LX0t; LP0t; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (eq_trans (back B [LP0; Le0; Lwt; LX0t; LP0t; LSigma]) (turn B [LSigma] [LP0; LX0; Lw; Le0t; LP0t]))) (f_equal (Rmult (1)) (turn B [] [LP0; LX0; Lw; Lwt; LX0t; LP0t; LSigma])))).
  assert (H3 : tr B [LP0; Le0; Lw_hat0t; LSigma] = (sigma0) * tr B [LP0; Le0; Le0t; LP0t; LSigma] + (1) * tr B [LP0; LX0; Lw; Le0t; LP0t; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LP0; Le0; Lw_hat0t; LSigma]) (turn B [LSigma] [Lw_hat0; Le0t; LP0t])) (axiom7 B [Le0t; LP0t; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (turn B [] [LP0; Le0; Le0t; LP0t; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP0; LX0; Lw; Le0t; LP0t; LSigma])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* exact identity: Sigma = I *)
Lemma step17 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LP0; Le0; Le0t; LP0t; LSigma]) + (2 * sigma0 * tr B [LP0; LX0; Lw; Le0t; LP0t; LSigma]) + tr B [LP0; LX0; Lw; Lwt; LX0t; LP0t; LSigma])
  = ((((sigma0) ^ 2) * tr B [LP0; Le0; Le0t; LP0t]) + (2 * sigma0 * tr B [LP0; LX0; Lw; Le0t; LP0t]) + tr B [LP0; LX0; Lw; Lwt; LX0t; LP0t]).
Proof.
  intros B.
  rewrite ?axiom16, ?axiom17, ?axiom18.
  field; side.
Qed.
(* exact identity: X0^+ X0 = Pi0 = Pi0', Pi0^2 = Pi0, Pi0 X0^+ = X0^+ *)
Lemma step18 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LP0; Le0; Le0t; LP0t]) + (2 * sigma0 * tr B [LP0; LX0; Lw; Le0t; LP0t]) + tr B [LP0; LX0; Lw; Lwt; LX0t; LP0t])
  = ((((sigma0) ^ 2) * tr B [LP0; Le0; Le0t; LP0t]) + (2 * sigma0 * tr B [LP0; Le0; Lwt]) + tr B [LPi0; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LP0; LX0; Lw; Lwt; LX0t; LP0t] = (1) * tr B [LP0; LX0; Lw; Lwt; LPi0]) by exact (eq_trans (eq_trans (turn B [] [LP0; LX0; Lw; Lwt; LX0t; LP0t]) (axiom10 B [Lw; Lwt; LX0t; LP0t])) (f_equal (Rmult (1)) (eq_trans (back B [LPi0; Lw; Lwt; LX0t; LP0t]) (turn B [] [LP0; LX0; Lw; Lwt; LPi0])))).
  assert (H2 : tr B [LP0; LX0; Lw; Lwt; LPi0] = (1) * tr B [LPi0; LPi0; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [] [LP0; LX0; Lw; Lwt; LPi0]) (axiom10 B [Lw; Lwt; LPi0])) (f_equal (Rmult (1)) (turn B [LPi0; Lw; Lwt] [LPi0]))).
  assert (H3 : tr B [LP0; LX0; Lw; Le0t; LP0t] = (1) * tr B [LP0; Le0; Lwt; LPi0]) by exact (eq_trans (eq_trans (turn B [] [LP0; LX0; Lw; Le0t; LP0t]) (axiom10 B [Lw; Le0t; LP0t])) (f_equal (Rmult (1)) (eq_trans (back B [LPi0; Lw; Le0t; LP0t]) (turn B [] [LP0; Le0; Lwt; LPi0])))).
  assert (H4 : tr B [LPi0; LPi0; Lw; Lwt] = (1) * tr B [LPi0; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [] [LPi0; LPi0; Lw; Lwt]) (axiom11 B [Lw; Lwt])) (f_equal (Rmult (1)) (turn B [] [LPi0; Lw; Lwt]))).
  assert (H5 : tr B [LP0; Le0; Lwt; LPi0] = (1) * tr B [LP0; Le0; Lwt]) by exact (eq_trans (eq_trans (turn B [LP0; Le0; Lwt] [LPi0]) (axiom12 B [Le0; Lwt])) (f_equal (Rmult (1)) (turn B [] [LP0; Le0; Lwt]))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4 | rewrite H5].
  field; side.
Qed.
(* expectation: E[e0 e0'] = I, E[e0] = 0 *)
Lemma step19 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LP0; Le0; Le0t; LP0t]) + (2 * sigma0 * tr B [LP0; Le0; Lwt]) + tr B [LPi0; Lw; Lwt])
  = ((((sigma0) ^ 2) * tr B [LP0; LP0t]) + tr B [LPi0; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LP0; Le0; Le0t; LP0t] = (1) * tr B [LP0; LP0t]) by exact (eq_trans (eq_trans (turn B [LP0] [Le0; Le0t; LP0t]) (axiom13 B [LP0t; LP0] eq_refl)) (f_equal (Rmult (1)) (turn B [LP0t] [LP0]))).
  assert (H2 : tr B [LP0; Le0; Lwt] = 0) by exact (eq_trans (turn B [LP0] [Le0; Lwt]) (axiom14 B [Lwt; LP0] eq_refl)).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* expectation: E[X0^+ X0^+'] = T0/(d (d-T0-1)) Sigma for Sigma = I, T0 <= d-2 *)
Lemma step20 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LP0; LP0t]) + tr B [LPi0; Lw; Lwt])
  = (((T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))) + tr B [LPi0; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LP0; LP0t] = ((T0 / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d)))) * tr B [LSigma]) by exact (eq_trans (eq_trans (turn B [] [LP0; LP0t]) (axiom19 B [] eq_refl)) (f_equal (Rmult ((T0 / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))))) (turn B [] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step21 : forall B : nat -> R, 
  (((T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))) + tr B [LPi0; Lw; Lwt])
  = (((T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))) + tr B [LA; LPi0]).
Proof.
  intros B.
  assert (H1 : tr B [LPi0; Lw; Lwt] = (1) * tr B [LA; LPi0]) by exact (eq_trans (eq_trans (turn B [LPi0] [Lw; Lwt]) (axiom4 B [LPi0] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LPi0]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[Pi0] = T0/d for Sigma = I, T0 <= d (rotation invariance) *)
Lemma step22 : forall B : nat -> R, 
  (((T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))) + tr B [LA; LPi0])
  = (((T0 * tr B [LA]) / INR d) + ((T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d)))).
Proof.
  intros B.
  assert (H1 : tr B [LA; LPi0] = ((T0 / INR d)) * tr B [LA]) by exact (eq_trans (eq_trans (turn B [LA] [LPi0]) (axiom15 B [LA] eq_refl)) (f_equal (Rmult ((T0 / INR d))) (turn B [] [LA]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step23 : forall B : nat -> R, 
  (((T0 * tr B [LA]) / INR d) + ((T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))))
  = (((T0 * sum d (fun i => a i)) / INR d) + ((T0 * ((sigma0) ^ 2) * sum d (fun i => s i)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d)))).
Proof.
  intros B.
  assert (H1 : tr B [LA] = sum d (fun i => a i)).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LSigma] = sum d (fun i => s i)).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* algebra: Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d *)
Lemma step24 : 
  (((T0 * sum d (fun i => a i)) / INR d) + ((T0 * ((sigma0) ^ 2) * sum d (fun i => s i)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))))
  = ((alpha * eta) + ((eta * ((sigma0) ^ 2) * ((INR d) ^ 2)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * eta * ((INR d) ^ 2))))).
Proof.
  intros.
  assert (E1 : sum d (fun i => a i) = slin d [(1, fun i => a i)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. field; side. }
  assert (E2 : sum d (fun i => s i) = slin d [(1, fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?is_eta.
  rewrite ?total_alpha.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?is_eta.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?is_eta in Z; rewrite ?total_alpha in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?is_eta in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* recurrence: iterate from alpha_0 = b; holds at n = 0, and one step leads from n to n+1 *)
Lemma step25 : forall x : nat -> R, x O = b ->
  (forall k, x (S k) = ((x k * eta) + ((eta * ((sigma0) ^ 2) * ((INR d) ^ 2)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * eta * ((INR d) ^ 2)))))) ->
  forall k, x k = ((b * (((eta)) ^ k)) + ((eta * ((sigma0) ^ 2) * ((INR d) ^ 2) * (1 + ((-1) * (((eta)) ^ k)))) / ((1 + ((-1) * eta)) * (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * eta * ((INR d) ^ 2)))))).
Proof.
  intros x H0 HS k. induction k as [|k IH].
  - rewrite H0. cbn [INR pow]. field; side.
  - rewrite HS, IH, ?S_INR. rewrite ?pow_mult. cbn [pow]. field; side.
Qed.
End S25.

Section S27.  (* the whole process, independent designs *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_alpha : alpha = sum d (fun i => a i).
Hypothesis total_mu : mu = sum d (fun i => (m i * w0 i)).
Hypothesis put_alpha : alpha = (b * (((eta)) ^ n)).
Hypothesis put_mu : mu = (b * (((eta)) ^ n)).
(* insertion: insert alpha = b*eta**n, mu = b*eta**n *)
Lemma step26 : 
  (alpha + b + ((-2) * mu))
  = (b + ((-1) * b * (((eta)) ^ n))).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?put_alpha. rewrite ?put_mu. rewrite ?is_eta. field; side. }
  rewrite ?E1.
  rewrite ?put_alpha.
  rewrite ?put_mu.
  rewrite ?is_eta.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?put_alpha.
  rewrite ?put_mu.
  rewrite ?is_eta.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?put_alpha in Z; rewrite ?put_mu in Z; rewrite ?is_eta in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?put_alpha in Z; rewrite ?put_mu in Z; rewrite ?is_eta in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: collect b *)
Lemma step27 : 
  (b + ((-1) * b * (((eta)) ^ n)))
  = (b * (1 + ((-1) * (((eta)) ^ n)))).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. field; side. }
  rewrite ?E1.
  rewrite ?is_eta.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?is_eta.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?is_eta in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?is_eta in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S27.

Section S35.  (* generators by minimum norm, one shared design: mean *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
(* definition: w_n = X0^+ (X0 w0 + sigma0 f0) for n >= 1, f0 the sum of n label noises, because X0^+ X0 X0^+ = X0^+ *)
Lemma step28 : forall B : nat -> R, 
  tr B [LSigma; Lw0; Lwn0t]
  = ((sigma0 * tr B [LP0; Lf0; Lw0t; LSigma]) + tr B [LP0; LX0; Lw0; Lw0t; LSigma]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw0; Lwn0t] = (sigma0) * tr B [LP0; Lf0; Lw0t; LSigma] + (1) * tr B [LP0; LX0; Lw0; Lw0t; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LSigma; Lw0; Lwn0t]) (turn B [] [Lwn0; Lw0t; LSigma])) (axiom20 B [Lw0t; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (turn B [] [LP0; Lf0; Lw0t; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP0; LX0; Lw0; Lw0t; LSigma])))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* exact identity: Sigma = I *)
Lemma step29 : forall B : nat -> R, 
  ((sigma0 * tr B [LP0; Lf0; Lw0t; LSigma]) + tr B [LP0; LX0; Lw0; Lw0t; LSigma])
  = ((sigma0 * tr B [LP0; Lf0; Lw0t]) + tr B [LP0; LX0; Lw0; Lw0t]).
Proof.
  intros B.
  rewrite ?axiom21, ?axiom22.
  field; side.
Qed.
(* exact identity: X0^+ X0 = Pi0 = Pi0', Pi0^2 = Pi0, Pi0 X0^+ = X0^+ *)
Lemma step30 : forall B : nat -> R, 
  ((sigma0 * tr B [LP0; Lf0; Lw0t]) + tr B [LP0; LX0; Lw0; Lw0t])
  = ((sigma0 * tr B [LP0; Lf0; Lw0t]) + tr B [LPi0; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP0; LX0; Lw0; Lw0t] = (1) * tr B [LPi0; Lw0; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LP0; LX0; Lw0; Lw0t]) (axiom10 B [Lw0; Lw0t])) (f_equal (Rmult (1)) (turn B [] [LPi0; Lw0; Lw0t]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[f0 f0'] = n I, E[f0] = 0 *)
Lemma step31 : forall B : nat -> R, 
  ((sigma0 * tr B [LP0; Lf0; Lw0t]) + tr B [LPi0; Lw0; Lw0t])
  = tr B [LPi0; Lw0; Lw0t].
Proof.
  intros B.
  assert (H1 : tr B [LP0; Lf0; Lw0t] = 0) by exact (eq_trans (turn B [LP0] [Lf0; Lw0t]) (axiom24 B [Lw0t; LP0] eq_refl)).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[Pi0] = T0/d for Sigma = I, T0 <= d (rotation invariance) *)
Lemma step32 : forall B : nat -> R, 
  tr B [LPi0; Lw0; Lw0t]
  = ((T0 * tr B [Lw0; Lw0t]) / INR d).
Proof.
  intros B.
  assert (H1 : tr B [LPi0; Lw0; Lw0t] = ((T0 / INR d)) * tr B [Lw0; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LPi0; Lw0; Lw0t]) (axiom15 B [Lw0; Lw0t] eq_refl)) (f_equal (Rmult ((T0 / INR d))) (turn B [] [Lw0; Lw0t]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* definition: W0 = w0 w0' *)
Lemma step33 : forall B : nat -> R, 
  ((T0 * tr B [Lw0; Lw0t]) / INR d)
  = ((T0 * tr B [LW0]) / INR d).
Proof.
  intros B.
  assert (H1 : tr B [Lw0; Lw0t] = (1) * tr B [LW0]) by exact (eq_trans (eq_trans (turn B [] [Lw0; Lw0t]) (axiom6 B [])) (f_equal (Rmult (1)) (turn B [] [LW0]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step34 : forall B : nat -> R, 
  ((T0 * tr B [LW0]) / INR d)
  = ((T0 * sum d (fun i => ((w0 i) ^ 2))) / INR d).
Proof.
  intros B.
  assert (H1 : tr B [LW0] = sum d (fun i => ((w0 i) ^ 2))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d *)
Lemma step35 : 
  ((T0 * sum d (fun i => ((w0 i) ^ 2))) / INR d)
  = (b * eta).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. field; side. }
  assert (E2 : sum d (fun i => ((w0 i) ^ 2)) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?is_eta.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?is_eta.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?is_eta in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?is_eta in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S35.

Section S44.  (* generators by minimum norm, one shared design: second moment *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
(* definition: w_n = X0^+ (X0 w0 + sigma0 f0) for n >= 1, f0 the sum of n label noises, because X0^+ X0 X0^+ = X0^+ *)
Lemma step36 : forall B : nat -> R, 
  tr B [LSigma; Lwn0; Lwn0t]
  = ((((sigma0) ^ 2) * tr B [LP0; Lf0; Lf0t; LP0t; LSigma]) + (2 * sigma0 * tr B [LP0; LX0; Lw0; Lf0t; LP0t; LSigma]) + tr B [LP0; LX0; Lw0; Lw0t; LX0t; LP0t; LSigma]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lwn0; Lwn0t] = (sigma0) * tr B [LP0; Lf0; Lwn0t; LSigma] + (1) * tr B [LP0; LX0; Lw0; Lwn0t; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lwn0; Lwn0t]) (axiom20 B [Lwn0t; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (turn B [] [LP0; Lf0; Lwn0t; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP0; LX0; Lw0; Lwn0t; LSigma])))).
  assert (H2 : tr B [LP0; LX0; Lw0; Lwn0t; LSigma] = (sigma0) * tr B [LP0; LX0; Lw0; Lf0t; LP0t; LSigma] + (1) * tr B [LP0; LX0; Lw0; Lw0t; LX0t; LP0t; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LP0; LX0; Lw0; Lwn0t; LSigma]) (turn B [LSigma] [Lwn0; Lw0t; LX0t; LP0t])) (axiom20 B [Lw0t; LX0t; LP0t; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (eq_trans (back B [LP0; Lf0; Lw0t; LX0t; LP0t; LSigma]) (turn B [LSigma] [LP0; LX0; Lw0; Lf0t; LP0t]))) (f_equal (Rmult (1)) (turn B [] [LP0; LX0; Lw0; Lw0t; LX0t; LP0t; LSigma])))).
  assert (H3 : tr B [LP0; Lf0; Lwn0t; LSigma] = (sigma0) * tr B [LP0; Lf0; Lf0t; LP0t; LSigma] + (1) * tr B [LP0; LX0; Lw0; Lf0t; LP0t; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LP0; Lf0; Lwn0t; LSigma]) (turn B [LSigma] [Lwn0; Lf0t; LP0t])) (axiom20 B [Lf0t; LP0t; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (turn B [] [LP0; Lf0; Lf0t; LP0t; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP0; LX0; Lw0; Lf0t; LP0t; LSigma])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* exact identity: Sigma = I *)
Lemma step37 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LP0; Lf0; Lf0t; LP0t; LSigma]) + (2 * sigma0 * tr B [LP0; LX0; Lw0; Lf0t; LP0t; LSigma]) + tr B [LP0; LX0; Lw0; Lw0t; LX0t; LP0t; LSigma])
  = ((((sigma0) ^ 2) * tr B [LP0; Lf0; Lf0t; LP0t]) + (2 * sigma0 * tr B [LP0; LX0; Lw0; Lf0t; LP0t]) + tr B [LP0; LX0; Lw0; Lw0t; LX0t; LP0t]).
Proof.
  intros B.
  rewrite ?axiom25, ?axiom26, ?axiom27.
  field; side.
Qed.
(* exact identity: X0^+ X0 = Pi0 = Pi0', Pi0^2 = Pi0, Pi0 X0^+ = X0^+ *)
Lemma step38 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LP0; Lf0; Lf0t; LP0t]) + (2 * sigma0 * tr B [LP0; LX0; Lw0; Lf0t; LP0t]) + tr B [LP0; LX0; Lw0; Lw0t; LX0t; LP0t])
  = ((((sigma0) ^ 2) * tr B [LP0; Lf0; Lf0t; LP0t]) + (2 * sigma0 * tr B [LP0; Lf0; Lw0t]) + tr B [LPi0; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP0; LX0; Lw0; Lw0t; LX0t; LP0t] = (1) * tr B [LP0; LX0; Lw0; Lw0t; LPi0]) by exact (eq_trans (eq_trans (turn B [] [LP0; LX0; Lw0; Lw0t; LX0t; LP0t]) (axiom10 B [Lw0; Lw0t; LX0t; LP0t])) (f_equal (Rmult (1)) (eq_trans (back B [LPi0; Lw0; Lw0t; LX0t; LP0t]) (turn B [] [LP0; LX0; Lw0; Lw0t; LPi0])))).
  assert (H2 : tr B [LP0; LX0; Lw0; Lw0t; LPi0] = (1) * tr B [LPi0; LPi0; Lw0; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LP0; LX0; Lw0; Lw0t; LPi0]) (axiom10 B [Lw0; Lw0t; LPi0])) (f_equal (Rmult (1)) (turn B [LPi0; Lw0; Lw0t] [LPi0]))).
  assert (H3 : tr B [LP0; LX0; Lw0; Lf0t; LP0t] = (1) * tr B [LP0; Lf0; Lw0t; LPi0]) by exact (eq_trans (eq_trans (turn B [] [LP0; LX0; Lw0; Lf0t; LP0t]) (axiom10 B [Lw0; Lf0t; LP0t])) (f_equal (Rmult (1)) (eq_trans (back B [LPi0; Lw0; Lf0t; LP0t]) (turn B [] [LP0; Lf0; Lw0t; LPi0])))).
  assert (H4 : tr B [LPi0; LPi0; Lw0; Lw0t] = (1) * tr B [LPi0; Lw0; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LPi0; LPi0; Lw0; Lw0t]) (axiom11 B [Lw0; Lw0t])) (f_equal (Rmult (1)) (turn B [] [LPi0; Lw0; Lw0t]))).
  assert (H5 : tr B [LP0; Lf0; Lw0t; LPi0] = (1) * tr B [LP0; Lf0; Lw0t]) by exact (eq_trans (eq_trans (turn B [LP0; Lf0; Lw0t] [LPi0]) (axiom12 B [Lf0; Lw0t])) (f_equal (Rmult (1)) (turn B [] [LP0; Lf0; Lw0t]))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4 | rewrite H5].
  field; side.
Qed.
(* expectation: E[f0 f0'] = n I, E[f0] = 0 *)
Lemma step39 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LP0; Lf0; Lf0t; LP0t]) + (2 * sigma0 * tr B [LP0; Lf0; Lw0t]) + tr B [LPi0; Lw0; Lw0t])
  = ((INR n * ((sigma0) ^ 2) * tr B [LP0; LP0t]) + tr B [LPi0; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP0; Lf0; Lf0t; LP0t] = (INR n) * tr B [LP0; LP0t]) by exact (eq_trans (eq_trans (turn B [LP0] [Lf0; Lf0t; LP0t]) (axiom23 B [LP0t; LP0] eq_refl)) (f_equal (Rmult (INR n)) (turn B [LP0t] [LP0]))).
  assert (H2 : tr B [LP0; Lf0; Lw0t] = 0) by exact (eq_trans (turn B [LP0] [Lf0; Lw0t]) (axiom24 B [Lw0t; LP0] eq_refl)).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* expectation: E[X0^+ X0^+'] = T0/(d (d-T0-1)) Sigma for Sigma = I, T0 <= d-2 *)
Lemma step40 : forall B : nat -> R, 
  ((INR n * ((sigma0) ^ 2) * tr B [LP0; LP0t]) + tr B [LPi0; Lw0; Lw0t])
  = (((INR n * T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))) + tr B [LPi0; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP0; LP0t] = ((T0 / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d)))) * tr B [LSigma]) by exact (eq_trans (eq_trans (turn B [] [LP0; LP0t]) (axiom19 B [] eq_refl)) (f_equal (Rmult ((T0 / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))))) (turn B [] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[Pi0] = T0/d for Sigma = I, T0 <= d (rotation invariance) *)
Lemma step41 : forall B : nat -> R, 
  (((INR n * T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))) + tr B [LPi0; Lw0; Lw0t])
  = (((T0 * tr B [Lw0; Lw0t]) / INR d) + ((INR n * T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d)))).
Proof.
  intros B.
  assert (H1 : tr B [LPi0; Lw0; Lw0t] = ((T0 / INR d)) * tr B [Lw0; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LPi0; Lw0; Lw0t]) (axiom15 B [Lw0; Lw0t] eq_refl)) (f_equal (Rmult ((T0 / INR d))) (turn B [] [Lw0; Lw0t]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* definition: W0 = w0 w0' *)
Lemma step42 : forall B : nat -> R, 
  (((T0 * tr B [Lw0; Lw0t]) / INR d) + ((INR n * T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))))
  = (((T0 * tr B [LW0]) / INR d) + ((INR n * T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d)))).
Proof.
  intros B.
  assert (H1 : tr B [Lw0; Lw0t] = (1) * tr B [LW0]) by exact (eq_trans (eq_trans (turn B [] [Lw0; Lw0t]) (axiom6 B [])) (f_equal (Rmult (1)) (turn B [] [LW0]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step43 : forall B : nat -> R, 
  (((T0 * tr B [LW0]) / INR d) + ((INR n * T0 * ((sigma0) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))))
  = (((T0 * sum d (fun i => ((w0 i) ^ 2))) / INR d) + ((INR n * T0 * ((sigma0) ^ 2) * sum d (fun i => s i)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d)))).
Proof.
  intros B.
  assert (H1 : tr B [LSigma] = sum d (fun i => s i)).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LW0] = sum d (fun i => ((w0 i) ^ 2))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* algebra: Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d *)
Lemma step44 : 
  (((T0 * sum d (fun i => ((w0 i) ^ 2))) / INR d) + ((INR n * T0 * ((sigma0) ^ 2) * sum d (fun i => s i)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d))))
  = ((b * eta) + ((INR n * eta * ((sigma0) ^ 2) * ((INR d) ^ 2)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * eta * ((INR d) ^ 2))))).
Proof.
  intros.
  assert (E1 : sum d (fun i => s i) = slin d [(1, fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. field; side. }
  assert (E2 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. field; side. }
  assert (E3 : sum d (fun i => ((w0 i) ^ 2)) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?is_eta.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?is_eta.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?is_eta in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?is_eta in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S44.

Section S46.  (* the whole process, shared design, n >= 1 *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_alpha : alpha = sum d (fun i => a i).
Hypothesis total_mu : mu = sum d (fun i => (m i * w0 i)).
Hypothesis put_alpha : alpha = (b * eta).
Hypothesis put_mu : mu = (b * eta).
(* insertion: insert alpha = b*eta, mu = b*eta *)
Lemma step45 : 
  (alpha + b + ((-2) * mu))
  = (b + ((-1) * b * eta)).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?put_alpha. rewrite ?put_mu. rewrite ?is_eta. field; side. }
  rewrite ?E1.
  rewrite ?put_alpha.
  rewrite ?put_mu.
  rewrite ?is_eta.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?put_alpha.
  rewrite ?put_mu.
  rewrite ?is_eta.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?put_alpha in Z; rewrite ?put_mu in Z; rewrite ?is_eta in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?put_alpha in Z; rewrite ?put_mu in Z; rewrite ?is_eta in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: collect b *)
Lemma step46 : 
  (b + ((-1) * b * eta))
  = (b * (1 + ((-1) * eta))).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. field; side. }
  rewrite ?E1.
  rewrite ?is_eta.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?is_eta.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?is_eta in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?is_eta in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S46.

End Page.
