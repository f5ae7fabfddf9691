(* Written by: ridgeproof derive elliptical-least-squares --format coq
   elliptical-least-squares.
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

Inductive letter := LA | LB | LM | LMt | LP | LPt | LP0 | LP0t | LSigma | LSigmainv | LV | LV0 | LW0 | LX | LXt | LX0 | LX0t | Le | Let | Le0 | Le0t | Lw | Lwt | Lw0 | Lw0t | Lw_hat | Lw_hatt | Lw_hat0 | Lw_hat0t.
Scheme Equality for letter.
Definition transposed (x : letter) := match x with LA => LA | LB => LB | LM => LMt | LMt => LM | LP => LPt | LPt => LP | LP0 => LP0t | LP0t => LP0 | LSigma => LSigma | LSigmainv => LSigmainv | LV => LV | LV0 => LV0 | LW0 => LW0 | LX => LXt | LXt => LX | LX0 => LX0t | LX0t => LX0 | Le => Let | Let => Le | Le0 => Le0t | Le0t => Le0 | Lw => Lwt | Lwt => Lw | Lw0 => Lw0t | Lw0t => Lw0 | Lw_hat => Lw_hatt | Lw_hatt => Lw_hat | Lw_hat0 => Lw_hat0t | Lw_hat0t => Lw_hat0 end.
(* Whether it depends on all draws of a fit. *)
Definition estimate (x : letter) := match x with Lw_hat => true | Lw_hatt => true | Lw_hat0 => true | Lw_hat0t => true | _ => false end.
(* Whether it holds nothing random. *)
Definition fixed (x : letter) := match x with LA => true | LB => true | LM => true | LMt => true | LSigma => true | LSigmainv => true | LW0 => true | Lw0 => true | Lw0t => true | _ => false end.
(* Whether it is a function of Sigma or the test matrix. *)
Definition plain (x : letter) := match x with LB => true | LSigma => true | LSigmainv => true | _ => false end.
(* Whether it has a diagonal that is known, and no more. *)
Definition moment (x : letter) := match x with LA => true | LM => true | LMt => true | LW0 => true | _ => false end.
Section Page.
  Variables d n : nat.
  Variables q q0 sigma sigma0 : R.
  Variables a m s w0 : nat -> R.
  (* tr B w is E tr of the product of the letters of w; LB is the diagonal matrix B. *)
  Variable tr : (nat -> R) -> list letter -> R.
  Hypothesis turn : forall B a b, tr B (a ++ b) = tr B (b ++ a).
  Hypothesis back : forall B a, tr B a = tr B (map transposed (rev a)).
  (* The diagonal entry i of each. *)
  Definition diag (B : nat -> R) (x : letter) i := match x with LA => a i | LB => B i | LM => (m i * w0 i) | LMt => (m i * w0 i) | LSigma => s i | LSigmainv => (1 / s i) | LW0 => ((w0 i) ^ 2) | _ => 0 end.
  (* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma or the test matrix *)
  Hypothesis eigenbasis : forall B v,
    forallb (fun x => orb (plain x) (moment x)) v = true ->
    (length (filter moment v) <= 1)%nat ->
    tr B v = sum d (fun i => fold_right (fun x p => diag B x i * p) 1 v).
  (* definition: w_hat0 = X0^+ (X0 w + sigma0 e0) *)
  Hypothesis axiom1 : forall B v, tr B ([Lw_hat0] ++ v) = (sigma0) * tr B ([LP0; Le0] ++ v) + (1) * tr B ([LP0; LX0; Lw] ++ v).
  (* exact identity: X0^+ X0 = 1 and X0^+ X0^+' = (X0'X0)^-1 for T0 >= d rows *)
  Hypothesis axiom2 : forall B v, tr B ([LP0; LX0] ++ v) = (1) * tr B ([] ++ v).
  (* exact identity: X0^+ X0 = 1 and X0^+ X0^+' = (X0'X0)^-1 for T0 >= d rows *)
  Hypothesis axiom3 : forall B v, tr B ([LP0; LP0t] ++ v) = (1) * tr B ([LV0] ++ v).
  (* expectation: E[e0 e0'] = I, E[e0] = 0 *)
  Hypothesis axiom4 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le0 || letter_beq x Le0t)) v = true -> tr B ([Le0; Le0t] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e0 e0'] = I, E[e0] = 0 *)
  Hypothesis axiom5 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le0 || letter_beq x Le0t)) v = true -> tr B ([Le0] ++ v) = 0.
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom6 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lwt] ++ v) = (1) * tr B ([LA] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom7 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lw0t] ++ v) = (1) * tr B ([LM] ++ v).
  (* deterministic equivalent: (X0'X0)^-1 ~ q0 Sigma^-1/d, E[tau q0/(1 + tau q0)] = d/T0, for rows sqrt(tau) x, T0 > d *)
  Hypothesis axiom8 : forall B v, forallb fixed v = true -> tr B ([LV0] ++ v) = ((q0 / INR d)) * tr B ([LSigmainv] ++ v).
  (* definition: w_hat = X^+ (X w + sigma e) *)
  Hypothesis axiom9 : forall B v, tr B ([Lw_hat] ++ v) = (sigma) * tr B ([LP; Le] ++ v) + (1) * tr B ([LP; LX; Lw] ++ v).
  (* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
  Hypothesis axiom10 : forall B v, tr B ([LP; LX] ++ v) = (1) * tr B ([] ++ v).
  (* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
  Hypothesis axiom11 : forall B v, tr B ([LP; LPt] ++ v) = (1) * tr B ([LV] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom12 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le; Let] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom13 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le] ++ v) = 0.
  (* definition: W0 = w0 w0' *)
  Hypothesis axiom14 : forall B v, tr B ([Lw0; Lw0t] ++ v) = (1) * tr B ([LW0] ++ v).
  (* deterministic equivalent: (X'X)^-1 ~ q Sigma^-1/d, E[tau q/(1 + tau q)] = d/T, for rows sqrt(tau) x, T > d *)
  Hypothesis axiom15 : forall B v, forallb fixed v = true -> tr B ([LV] ++ v) = ((q / INR d)) * tr B ([LSigmainv] ++ v).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : forall i, (i < d)%nat -> s i <> 0.
  Hypothesis nonzero2 : INR d <> 0.
  Ltac at_i i Hi := pose proof (nonzero1 i Hi).
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero2 as Z; tac Z).

Section S9.  (* generators by least squares *)
(* definition: w_hat0 = X0^+ (X0 w + sigma0 e0) *)
Lemma step1 : forall B : nat -> R, 
  tr B [LB; Lw_hat0; Lw_hat0t]
  = ((((sigma0) ^ 2) * tr B [LB; LP0; Le0; Le0t; LP0t]) + (2 * sigma0 * tr B [LB; LP0; LX0; Lw; Le0t; LP0t]) + tr B [LB; LP0; LX0; Lw; Lwt; LX0t; LP0t]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw_hat0; Lw_hat0t] = (sigma0) * tr B [LB; LP0; Le0; Lw_hat0t] + (1) * tr B [LB; LP0; LX0; Lw; Lw_hat0t]) by exact (eq_trans (eq_trans (turn B [LB] [Lw_hat0; Lw_hat0t]) (axiom1 B [Lw_hat0t; LB])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (turn B [LP0; Le0; Lw_hat0t] [LB])) (f_equal (Rmult (1)) (turn B [LP0; LX0; Lw; Lw_hat0t] [LB])))).
  assert (H2 : tr B [LB; LP0; LX0; Lw; Lw_hat0t] = (sigma0) * tr B [LB; LP0; LX0; Lw; Le0t; LP0t] + (1) * tr B [LB; LP0; LX0; Lw; Lwt; LX0t; LP0t]) by exact (eq_trans (eq_trans (eq_trans (back B [LB; LP0; LX0; Lw; Lw_hat0t]) (turn B [] [Lw_hat0; Lwt; LX0t; LP0t; LB])) (axiom1 B [Lwt; LX0t; LP0t; LB])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (eq_trans (back B [LP0; Le0; Lwt; LX0t; LP0t; LB]) (turn B [] [LB; LP0; LX0; Lw; Le0t; LP0t]))) (f_equal (Rmult (1)) (turn B [LP0; LX0; Lw; Lwt; LX0t; LP0t] [LB])))).
  assert (H3 : tr B [LB; LP0; Le0; Lw_hat0t] = (sigma0) * tr B [LB; LP0; Le0; Le0t; LP0t] + (1) * tr B [LB; LP0; LX0; Lw; Le0t; LP0t]) by exact (eq_trans (eq_trans (eq_trans (back B [LB; LP0; Le0; Lw_hat0t]) (turn B [] [Lw_hat0; Le0t; LP0t; LB])) (axiom1 B [Le0t; LP0t; LB])) (f_equal2 Rplus (f_equal (Rmult (sigma0)) (turn B [LP0; Le0; Le0t; LP0t] [LB])) (f_equal (Rmult (1)) (turn B [LP0; LX0; Lw; Le0t; LP0t] [LB])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* exact identity: X0^+ X0 = 1 and X0^+ X0^+' = (X0'X0)^-1 for T0 >= d rows *)
Lemma step2 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LB; LP0; Le0; Le0t; LP0t]) + (2 * sigma0 * tr B [LB; LP0; LX0; Lw; Le0t; LP0t]) + tr B [LB; LP0; LX0; Lw; Lwt; LX0t; LP0t])
  = ((((sigma0) ^ 2) * tr B [LB; LP0; Le0; Le0t; LP0t]) + (2 * sigma0 * tr B [LB; LP0; Le0; Lwt]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LP0; LX0; Lw; Lwt; LX0t; LP0t] = (1) * tr B [LB; LP0; LX0; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LB] [LP0; LX0; Lw; Lwt; LX0t; LP0t]) (axiom2 B [Lw; Lwt; LX0t; LP0t; LB])) (f_equal (Rmult (1)) (eq_trans (back B [Lw; Lwt; LX0t; LP0t; LB]) (turn B [] [LB; LP0; LX0; Lw; Lwt])))).
  assert (H2 : tr B [LB; LP0; LX0; Lw; Lwt] = (1) * tr B [LB; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LB] [LP0; LX0; Lw; Lwt]) (axiom2 B [Lw; Lwt; LB])) (f_equal (Rmult (1)) (turn B [Lw; Lwt] [LB]))).
  assert (H3 : tr B [LB; LP0; LX0; Lw; Le0t; LP0t] = (1) * tr B [LB; LP0; Le0; Lwt]) by exact (eq_trans (eq_trans (turn B [LB] [LP0; LX0; Lw; Le0t; LP0t]) (axiom2 B [Lw; Le0t; LP0t; LB])) (f_equal (Rmult (1)) (eq_trans (back B [Lw; Le0t; LP0t; LB]) (turn B [] [LB; LP0; Le0; Lwt])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* expectation: E[e0 e0'] = I, E[e0] = 0 *)
Lemma step3 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LB; LP0; Le0; Le0t; LP0t]) + (2 * sigma0 * tr B [LB; LP0; Le0; Lwt]) + tr B [LB; Lw; Lwt])
  = ((((sigma0) ^ 2) * tr B [LB; LP0; LP0t]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LP0; Le0; Le0t; LP0t] = (1) * tr B [LB; LP0; LP0t]) by exact (eq_trans (eq_trans (turn B [LB; LP0] [Le0; Le0t; LP0t]) (axiom4 B [LP0t; LB; LP0] eq_refl)) (f_equal (Rmult (1)) (turn B [LP0t] [LB; LP0]))).
  assert (H2 : tr B [LB; LP0; Le0; Lwt] = 0) by exact (eq_trans (turn B [LB; LP0] [Le0; Lwt]) (axiom5 B [Lwt; LB; LP0] eq_refl)).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* exact identity: X0^+ X0 = 1 and X0^+ X0^+' = (X0'X0)^-1 for T0 >= d rows *)
Lemma step4 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LB; LP0; LP0t]) + tr B [LB; Lw; Lwt])
  = ((((sigma0) ^ 2) * tr B [LB; LV0]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LP0; LP0t] = (1) * tr B [LB; LV0]) by exact (eq_trans (eq_trans (turn B [LB] [LP0; LP0t]) (axiom3 B [LB])) (f_equal (Rmult (1)) (turn B [LV0] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step5 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LB; LV0]) + tr B [LB; Lw; Lwt])
  = ((((sigma0) ^ 2) * tr B [LB; LV0]) + tr B [LA; LB]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw; Lwt] = (1) * tr B [LA; LB]) by exact (eq_trans (eq_trans (turn B [LB] [Lw; Lwt]) (axiom6 B [LB] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* deterministic equivalent: (X0'X0)^-1 ~ q0 Sigma^-1/d, E[tau q0/(1 + tau q0)] = d/T0, for rows sqrt(tau) x, T0 > d *)
Lemma step6 : forall B : nat -> R, 
  ((((sigma0) ^ 2) * tr B [LB; LV0]) + tr B [LA; LB])
  = (((q0 * ((sigma0) ^ 2) * tr B [LB; LSigmainv]) / INR d) + tr B [LA; LB]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LV0] = ((q0 / INR d)) * tr B [LB; LSigmainv]) by exact (eq_trans (eq_trans (turn B [LB] [LV0]) (axiom8 B [LB] eq_refl)) (f_equal (Rmult ((q0 / INR d))) (turn B [LSigmainv] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step7 : forall B : nat -> R, 
  (((q0 * ((sigma0) ^ 2) * tr B [LB; LSigmainv]) / INR d) + tr B [LA; LB])
  = (((q0 * ((sigma0) ^ 2) * sum d (fun i => (B i / s i))) / INR d) + sum d (fun i => (B i * a i))).
Proof.
  intros B.
  assert (H1 : tr B [LA; LB] = sum d (fun i => (B i * a i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LB; LSigmainv] = sum d (fun i => (B i / s i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* components: B is an arbitrary diagonal matrix: compare the coefficients of B_i *)
Lemma step8 : forall c : nat -> R, (forall B, tr B [LB; Lw_hat0; Lw_hat0t] = sum d (fun i => B i * c i)) -> forall i, (i < d)%nat -> c i = (a i + ((q0 * ((sigma0) ^ 2)) / (INR d * s i))).
Proof.
  intros c H. apply components. intros B. rewrite <- H.
  rewrite step1.
  rewrite step2.
  rewrite step3.
  rewrite step4.
  rewrite step5.
  rewrite step6.
  rewrite step7.
  assert (E1 : sum d (fun i => (B i * (a i + ((q0 * ((sigma0) ^ 2)) / (INR d * s i))))) = slin d [(1, fun i => (B i * a i)); (((q0 * ((sigma0) ^ 2)) / INR d), fun i => (B i / s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => (B i * a i)) = slin d [(1, fun i => (B i * a i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E3 : sum d (fun i => (B i / s i)) = slin d [(1, fun i => (B i / s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
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
(* recurrence: iterate from a_0 = w0**2; holds at n = 0, and one step leads from n to n+1 *)
Lemma step9 : forall i, (i < d)%nat -> forall x : nat -> R, x O = ((w0 i) ^ 2) ->
  (forall k, x (S k) = (x k + ((q0 * ((sigma0) ^ 2)) / (INR d * s i)))) ->
  forall k, x k = (((w0 i) ^ 2) + ((INR k * q0 * ((sigma0) ^ 2)) / (INR d * s i))).
Proof.
  intros i Hi x H0 HS k. at_i i Hi. induction k as [|k IH].
  - rewrite H0. cbn [INR pow]. field; side.
  - rewrite HS, IH, ?S_INR. rewrite ?pow_mult. cbn [pow]. field; side.
Qed.
End S9.

Section S17.  (* downstream least squares *)
(* definition: w_hat = X^+ (X w + sigma e) *)
Lemma step10 : forall B : nat -> R, 
  (((-2) * tr B [LSigma; Lw0; Lw_hatt]) + tr B [LSigma; Lw0; Lw0t] + tr B [LSigma; Lw_hat; Lw_hatt])
  = (((-2) * tr B [LP; LX; Lw; Lw0t; LSigma]) + (((sigma) ^ 2) * tr B [LP; Le; Let; LPt; LSigma]) + ((-2) * sigma * tr B [LP; Le; Lw0t; LSigma]) + (2 * sigma * tr B [LP; LX; Lw; Let; LPt; LSigma]) + tr B [LSigma; Lw0; Lw0t] + tr B [LP; LX; Lw; Lwt; LXt; LPt; LSigma]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw_hat; Lw_hatt] = (sigma) * tr B [LP; Le; Lw_hatt; LSigma] + (1) * tr B [LP; LX; Lw; Lw_hatt; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw_hat; Lw_hatt]) (axiom9 B [Lw_hatt; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [] [LP; Le; Lw_hatt; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Lw_hatt; LSigma])))).
  assert (H2 : tr B [LP; LX; Lw; Lw_hatt; LSigma] = (sigma) * tr B [LP; LX; Lw; Let; LPt; LSigma] + (1) * tr B [LP; LX; Lw; Lwt; LXt; LPt; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LP; LX; Lw; Lw_hatt; LSigma]) (turn B [LSigma] [Lw_hat; Lwt; LXt; LPt])) (axiom9 B [Lwt; LXt; LPt; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (eq_trans (back B [LP; Le; Lwt; LXt; LPt; LSigma]) (turn B [LSigma] [LP; LX; Lw; Let; LPt]))) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Lwt; LXt; LPt; LSigma])))).
  assert (H3 : tr B [LP; Le; Lw_hatt; LSigma] = (sigma) * tr B [LP; Le; Let; LPt; LSigma] + (1) * tr B [LP; LX; Lw; Let; LPt; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LP; Le; Lw_hatt; LSigma]) (turn B [LSigma] [Lw_hat; Let; LPt])) (axiom9 B [Let; LPt; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [] [LP; Le; Let; LPt; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Let; LPt; LSigma])))).
  assert (H4 : tr B [LSigma; Lw0; Lw_hatt] = (sigma) * tr B [LP; Le; Lw0t; LSigma] + (1) * tr B [LP; LX; Lw; Lw0t; LSigma]) by exact (eq_trans (eq_trans (eq_trans (back B [LSigma; Lw0; Lw_hatt]) (turn B [] [Lw_hat; Lw0t; LSigma])) (axiom9 B [Lw0t; LSigma])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [] [LP; Le; Lw0t; LSigma])) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Lw0t; LSigma])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4].
  field; side.
Qed.
(* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
Lemma step11 : forall B : nat -> R, 
  (((-2) * tr B [LP; LX; Lw; Lw0t; LSigma]) + (((sigma) ^ 2) * tr B [LP; Le; Let; LPt; LSigma]) + ((-2) * sigma * tr B [LP; Le; Lw0t; LSigma]) + (2 * sigma * tr B [LP; LX; Lw; Let; LPt; LSigma]) + tr B [LSigma; Lw0; Lw0t] + tr B [LP; LX; Lw; Lwt; LXt; LPt; LSigma])
  = (((-2) * tr B [LSigma; Lw; Lw0t]) + (((sigma) ^ 2) * tr B [LP; Le; Let; LPt; LSigma]) + ((-2) * sigma * tr B [LP; Le; Lw0t; LSigma]) + (2 * sigma * tr B [LP; Le; Lwt; LSigma]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP; LX; Lw; Lw0t; LSigma] = (1) * tr B [LSigma; Lw; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Lw0t; LSigma]) (axiom10 B [Lw; Lw0t; LSigma])) (f_equal (Rmult (1)) (turn B [Lw; Lw0t] [LSigma]))).
  assert (H2 : tr B [LP; LX; Lw; Lwt; LXt; LPt; LSigma] = (1) * tr B [LP; LX; Lw; Lwt; LSigma]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Lwt; LXt; LPt; LSigma]) (axiom10 B [Lw; Lwt; LXt; LPt; LSigma])) (f_equal (Rmult (1)) (eq_trans (back B [Lw; Lwt; LXt; LPt; LSigma]) (turn B [LSigma] [LP; LX; Lw; Lwt])))).
  assert (H3 : tr B [LP; LX; Lw; Lwt; LSigma] = (1) * tr B [LSigma; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Lwt; LSigma]) (axiom10 B [Lw; Lwt; LSigma])) (f_equal (Rmult (1)) (turn B [Lw; Lwt] [LSigma]))).
  assert (H4 : tr B [LP; LX; Lw; Let; LPt; LSigma] = (1) * tr B [LP; Le; Lwt; LSigma]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Let; LPt; LSigma]) (axiom10 B [Lw; Let; LPt; LSigma])) (f_equal (Rmult (1)) (eq_trans (back B [Lw; Let; LPt; LSigma]) (turn B [LSigma] [LP; Le; Lwt])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4].
  field; side.
Qed.
(* expectation: E[e e'] = I, E[e] = 0 *)
Lemma step12 : forall B : nat -> R, 
  (((-2) * tr B [LSigma; Lw; Lw0t]) + (((sigma) ^ 2) * tr B [LP; Le; Let; LPt; LSigma]) + ((-2) * sigma * tr B [LP; Le; Lw0t; LSigma]) + (2 * sigma * tr B [LP; Le; Lwt; LSigma]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LSigma; Lw; Lw0t]) + (((sigma) ^ 2) * tr B [LP; LPt; LSigma]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP; Le; Let; LPt; LSigma] = (1) * tr B [LP; LPt; LSigma]) by exact (eq_trans (eq_trans (turn B [LP] [Le; Let; LPt; LSigma]) (axiom12 B [LPt; LSigma; LP] eq_refl)) (f_equal (Rmult (1)) (turn B [LPt; LSigma] [LP]))).
  assert (H2 : tr B [LP; Le; Lw0t; LSigma] = 0) by exact (eq_trans (turn B [LP] [Le; Lw0t; LSigma]) (axiom13 B [Lw0t; LSigma; LP] eq_refl)).
  assert (H3 : tr B [LP; Le; Lwt; LSigma] = 0) by exact (eq_trans (turn B [LP] [Le; Lwt; LSigma]) (axiom13 B [Lwt; LSigma; LP] eq_refl)).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
Lemma step13 : forall B : nat -> R, 
  (((-2) * tr B [LSigma; Lw; Lw0t]) + (((sigma) ^ 2) * tr B [LP; LPt; LSigma]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LSigma; Lw; Lw0t]) + (((sigma) ^ 2) * tr B [LSigma; LV]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP; LPt; LSigma] = (1) * tr B [LSigma; LV]) by exact (eq_trans (eq_trans (turn B [] [LP; LPt; LSigma]) (axiom11 B [LSigma])) (f_equal (Rmult (1)) (turn B [LV] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step14 : forall B : nat -> R, 
  (((-2) * tr B [LSigma; Lw; Lw0t]) + (((sigma) ^ 2) * tr B [LSigma; LV]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LM; LSigma]) + (((sigma) ^ 2) * tr B [LSigma; LV]) + tr B [LA; LSigma] + tr B [LSigma; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw; Lwt] = (1) * tr B [LA; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw; Lwt]) (axiom6 B [LSigma] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LSigma]))).
  assert (H2 : tr B [LSigma; Lw; Lw0t] = (1) * tr B [LM; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw; Lw0t]) (axiom7 B [LSigma] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LM; LSigma]))).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* definition: W0 = w0 w0' *)
Lemma step15 : forall B : nat -> R, 
  (((-2) * tr B [LM; LSigma]) + (((sigma) ^ 2) * tr B [LSigma; LV]) + tr B [LA; LSigma] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LM; LSigma]) + (((sigma) ^ 2) * tr B [LSigma; LV]) + tr B [LA; LSigma] + tr B [LSigma; LW0]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw0; Lw0t] = (1) * tr B [LSigma; LW0]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw0; Lw0t]) (axiom14 B [LSigma])) (f_equal (Rmult (1)) (turn B [LW0] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* deterministic equivalent: (X'X)^-1 ~ q Sigma^-1/d, E[tau q/(1 + tau q)] = d/T, for rows sqrt(tau) x, T > d *)
Lemma step16 : forall B : nat -> R, 
  (((-2) * tr B [LM; LSigma]) + (((sigma) ^ 2) * tr B [LSigma; LV]) + tr B [LA; LSigma] + tr B [LSigma; LW0])
  = (((-2) * tr B [LM; LSigma]) + ((q * ((sigma) ^ 2) * tr B [LSigma; LSigmainv]) / INR d) + tr B [LA; LSigma] + tr B [LSigma; LW0]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; LV] = ((q / INR d)) * tr B [LSigma; LSigmainv]) by exact (eq_trans (eq_trans (turn B [LSigma] [LV]) (axiom15 B [LSigma] eq_refl)) (f_equal (Rmult ((q / INR d))) (turn B [LSigmainv] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step17 : forall B : nat -> R, 
  (((-2) * tr B [LM; LSigma]) + ((q * ((sigma) ^ 2) * tr B [LSigma; LSigmainv]) / INR d) + tr B [LA; LSigma] + tr B [LSigma; LW0])
  = (((-2) * sum d (fun i => (m i * w0 i * s i))) + ((q * ((sigma) ^ 2) * sum d (fun i => 1)) / INR d) + sum d (fun i => (a i * s i)) + sum d (fun i => (s i * ((w0 i) ^ 2)))).
Proof.
  intros B.
  assert (H1 : tr B [LA; LSigma] = sum d (fun i => (a i * s i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LM; LSigma] = sum d (fun i => (m i * w0 i * s i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H3 : tr B [LSigma; LSigmainv] = sum d (fun i => 1)).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H4 : tr B [LSigma; LW0] = sum d (fun i => (s i * ((w0 i) ^ 2)))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4].
  field; side.
Qed.
End S17.

Section S19.  (* the whole process *)
Hypothesis put_a : forall i, (i < d)%nat -> a i = (((w0 i) ^ 2) + ((INR n * q0 * ((sigma0) ^ 2)) / (INR d * s i))).
Hypothesis put_m : forall i, (i < d)%nat -> m i = w0 i.
(* insertion: insert a_i = w0**2 + n*q0*sigma0**2/(d*s), m_i = w0 *)
Lemma step18 : 
  (((-2) * sum d (fun i => (m i * w0 i * s i))) + ((q * ((sigma) ^ 2) * sum d (fun i => 1)) / INR d) + sum d (fun i => (a i * s i)) + sum d (fun i => (s i * ((w0 i) ^ 2))))
  = (((-1) * sum d (fun i => (s i * ((w0 i) ^ 2)))) + ((q * ((sigma) ^ 2) * sum d (fun i => 1)) / INR d) + sum d (fun i => (s i * (((w0 i) ^ 2) + ((INR n * q0 * ((sigma0) ^ 2)) / (INR d * s i)))))).
Proof.
  intros.
  assert (E1 : sum d (fun i => 1) = slin d [(1, fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a by assumption. rewrite ?put_m by assumption. field; side. }
  assert (E2 : sum d (fun i => (a i * s i)) = slin d [(1, fun i => (s i * ((w0 i) ^ 2))); (((INR n * q0 * ((sigma0) ^ 2)) / INR d), fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a by assumption. rewrite ?put_m by assumption. field; side. }
  assert (E3 : sum d (fun i => (m i * w0 i * s i)) = slin d [(1, fun i => (s i * ((w0 i) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a by assumption. rewrite ?put_m by assumption. field; side. }
  assert (E4 : sum d (fun i => (s i * (((w0 i) ^ 2) + ((INR n * q0 * ((sigma0) ^ 2)) / (INR d * s i))))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2))); (((INR n * q0 * ((sigma0) ^ 2)) / INR d), fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a by assumption. rewrite ?put_m by assumption. field; side. }
  assert (E5 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a by assumption. rewrite ?put_m by assumption. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?E5.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?E5.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?E5 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?E5 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: sum over the eigenvalues; the truth cancels *)
Lemma step19 : 
  (((-1) * sum d (fun i => (s i * ((w0 i) ^ 2)))) + ((q * ((sigma) ^ 2) * sum d (fun i => 1)) / INR d) + sum d (fun i => (s i * (((w0 i) ^ 2) + ((INR n * q0 * ((sigma0) ^ 2)) / (INR d * s i))))))
  = ((q * ((sigma) ^ 2)) + (INR n * q0 * ((sigma0) ^ 2))).
Proof.
  intros.
  assert (E1 : sum d (fun i => 1) = slin d [(1, fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => (s i * (((w0 i) ^ 2) + ((INR n * q0 * ((sigma0) ^ 2)) / (INR d * s i))))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2))); (((INR n * q0 * ((sigma0) ^ 2)) / INR d), fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E3 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
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
End S19.

End Page.
