(* Written by: ridgeproof derive ridgeless --format coq
   ridgeless.
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

Inductive letter := LA | LB | LM | LMt | LP | LPt | LSigma | LSigmainv | LV | LW0 | LX | LXt | Le | Let | Lw | Lwt | Lw0 | Lw0t | Lw_hat | Lw_hatt.
Scheme Equality for letter.
Definition transposed (x : letter) := match x with LA => LA | LB => LB | LM => LMt | LMt => LM | LP => LPt | LPt => LP | LSigma => LSigma | LSigmainv => LSigmainv | LV => LV | LW0 => LW0 | LX => LXt | LXt => LX | Le => Let | Let => Le | Lw => Lwt | Lwt => Lw | Lw0 => Lw0t | Lw0t => Lw0 | Lw_hat => Lw_hatt | Lw_hatt => Lw_hat end.
(* Whether it depends on all draws of a fit. *)
Definition estimate (x : letter) := match x with Lw_hat => true | Lw_hatt => true | _ => false end.
(* Whether it holds nothing random. *)
Definition fixed (x : letter) := match x with LA => true | LB => true | LM => true | LMt => true | LSigma => true | LSigmainv => true | LW0 => true | Lw0 => true | Lw0t => true | _ => false end.
(* Whether it is a function of Sigma or the test matrix. *)
Definition plain (x : letter) := match x with LB => true | LSigma => true | LSigmainv => true | _ => false end.
(* Whether it has a diagonal that is known, and no more. *)
Definition moment (x : letter) := match x with LA => true | LM => true | LMt => true | LW0 => true | _ => false end.
Section Page.
  Variables d n : nat.
  Variables T T0 sigma sigma0 : R.
  Variables a a_new m s w0 : nat -> R.
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
  (* definition: w_hat = X^+ (X w + sigma e) *)
  Hypothesis axiom1 : forall B v, tr B ([Lw_hat] ++ v) = (sigma) * tr B ([LP; Le] ++ v) + (1) * tr B ([LP; LX; Lw] ++ v).
  (* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
  Hypothesis axiom2 : forall B v, tr B ([LP; LX] ++ v) = (1) * tr B ([] ++ v).
  (* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
  Hypothesis axiom3 : forall B v, tr B ([LP; LPt] ++ v) = (1) * tr B ([LV] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom4 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le; Let] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom5 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le] ++ v) = 0.
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom6 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lwt] ++ v) = (1) * tr B ([LA] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom7 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lw0t] ++ v) = (1) * tr B ([LM] ++ v).
  (* expectation: E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2 *)
  Hypothesis axiom8 : forall B v, forallb fixed v = true -> tr B ([LV] ++ v) = ((1 / ((-1) + T + ((-1) * INR d)))) * tr B ([LSigmainv] ++ v).
  (* definition: W0 = w0 w0' *)
  Hypothesis axiom9 : forall B v, tr B ([Lw0; Lw0t] ++ v) = (1) * tr B ([LW0] ++ v).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : forall i, (i < d)%nat -> s i <> 0.
  Hypothesis nonzero2 : (1 + INR d + ((-1) * T)) <> 0.
  Hypothesis nonzero3 : (1 + INR d + ((-1) * T0)) <> 0.
  Ltac at_i i Hi := pose proof (nonzero1 i Hi).
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero2 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero3 as Z; tac Z).

Section S9.  (* one generator by least squares *)
Hypothesis put_T : T = T0.
Hypothesis put_sigma : sigma = sigma0.
(* definition: w_hat = X^+ (X w + sigma e) *)
Lemma step1 : forall B : nat -> R, 
  tr B [LB; Lw_hat; Lw_hatt]
  = ((((sigma) ^ 2) * tr B [LB; LP; Le; Let; LPt]) + (2 * sigma * tr B [LB; LP; LX; Lw; Let; LPt]) + tr B [LB; LP; LX; Lw; Lwt; LXt; LPt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw_hat; Lw_hatt] = (sigma) * tr B [LB; LP; Le; Lw_hatt] + (1) * tr B [LB; LP; LX; Lw; Lw_hatt]) by exact (eq_trans (eq_trans (turn B [LB] [Lw_hat; Lw_hatt]) (axiom1 B [Lw_hatt; LB])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [LP; Le; Lw_hatt] [LB])) (f_equal (Rmult (1)) (turn B [LP; LX; Lw; Lw_hatt] [LB])))).
  assert (H2 : tr B [LB; LP; LX; Lw; Lw_hatt] = (sigma) * tr B [LB; LP; LX; Lw; Let; LPt] + (1) * tr B [LB; LP; LX; Lw; Lwt; LXt; LPt]) by exact (eq_trans (eq_trans (eq_trans (back B [LB; LP; LX; Lw; Lw_hatt]) (turn B [] [Lw_hat; Lwt; LXt; LPt; LB])) (axiom1 B [Lwt; LXt; LPt; LB])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (eq_trans (back B [LP; Le; Lwt; LXt; LPt; LB]) (turn B [] [LB; LP; LX; Lw; Let; LPt]))) (f_equal (Rmult (1)) (turn B [LP; LX; Lw; Lwt; LXt; LPt] [LB])))).
  assert (H3 : tr B [LB; LP; Le; Lw_hatt] = (sigma) * tr B [LB; LP; Le; Let; LPt] + (1) * tr B [LB; LP; LX; Lw; Let; LPt]) by exact (eq_trans (eq_trans (eq_trans (back B [LB; LP; Le; Lw_hatt]) (turn B [] [Lw_hat; Let; LPt; LB])) (axiom1 B [Let; LPt; LB])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [LP; Le; Let; LPt] [LB])) (f_equal (Rmult (1)) (turn B [LP; LX; Lw; Let; LPt] [LB])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
Lemma step2 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LP; Le; Let; LPt]) + (2 * sigma * tr B [LB; LP; LX; Lw; Let; LPt]) + tr B [LB; LP; LX; Lw; Lwt; LXt; LPt])
  = ((((sigma) ^ 2) * tr B [LB; LP; Le; Let; LPt]) + (2 * sigma * tr B [LB; LP; Le; Lwt]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LP; LX; Lw; Lwt; LXt; LPt] = (1) * tr B [LB; LP; LX; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LB] [LP; LX; Lw; Lwt; LXt; LPt]) (axiom2 B [Lw; Lwt; LXt; LPt; LB])) (f_equal (Rmult (1)) (eq_trans (back B [Lw; Lwt; LXt; LPt; LB]) (turn B [] [LB; LP; LX; Lw; Lwt])))).
  assert (H2 : tr B [LB; LP; LX; Lw; Lwt] = (1) * tr B [LB; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LB] [LP; LX; Lw; Lwt]) (axiom2 B [Lw; Lwt; LB])) (f_equal (Rmult (1)) (turn B [Lw; Lwt] [LB]))).
  assert (H3 : tr B [LB; LP; LX; Lw; Let; LPt] = (1) * tr B [LB; LP; Le; Lwt]) by exact (eq_trans (eq_trans (turn B [LB] [LP; LX; Lw; Let; LPt]) (axiom2 B [Lw; Let; LPt; LB])) (f_equal (Rmult (1)) (eq_trans (back B [Lw; Let; LPt; LB]) (turn B [] [LB; LP; Le; Lwt])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* expectation: E[e e'] = I, E[e] = 0 *)
Lemma step3 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LP; Le; Let; LPt]) + (2 * sigma * tr B [LB; LP; Le; Lwt]) + tr B [LB; Lw; Lwt])
  = ((((sigma) ^ 2) * tr B [LB; LP; LPt]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LP; Le; Let; LPt] = (1) * tr B [LB; LP; LPt]) by exact (eq_trans (eq_trans (turn B [LB; LP] [Le; Let; LPt]) (axiom4 B [LPt; LB; LP] eq_refl)) (f_equal (Rmult (1)) (turn B [LPt] [LB; LP]))).
  assert (H2 : tr B [LB; LP; Le; Lwt] = 0) by exact (eq_trans (turn B [LB; LP] [Le; Lwt]) (axiom5 B [Lwt; LB; LP] eq_refl)).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
Lemma step4 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LP; LPt]) + tr B [LB; Lw; Lwt])
  = ((((sigma) ^ 2) * tr B [LB; LV]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LP; LPt] = (1) * tr B [LB; LV]) by exact (eq_trans (eq_trans (turn B [LB] [LP; LPt]) (axiom3 B [LB])) (f_equal (Rmult (1)) (turn B [LV] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step5 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LV]) + tr B [LB; Lw; Lwt])
  = ((((sigma) ^ 2) * tr B [LB; LV]) + tr B [LA; LB]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw; Lwt] = (1) * tr B [LA; LB]) by exact (eq_trans (eq_trans (turn B [LB] [Lw; Lwt]) (axiom6 B [LB] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2 *)
Lemma step6 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LV]) + tr B [LA; LB])
  = (((((sigma) ^ 2) * tr B [LB; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + tr B [LA; LB]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LV] = ((1 / ((-1) + T + ((-1) * INR d)))) * tr B [LB; LSigmainv]) by exact (eq_trans (eq_trans (turn B [LB] [LV]) (axiom8 B [LB] eq_refl)) (f_equal (Rmult ((1 / ((-1) + T + ((-1) * INR d))))) (turn B [LSigmainv] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step7 : forall B : nat -> R, 
  (((((sigma) ^ 2) * tr B [LB; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + tr B [LA; LB])
  = (((((sigma) ^ 2) * sum d (fun i => (B i / s i))) / ((-1) + T + ((-1) * INR d))) + sum d (fun i => (B i * a i))).
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
Lemma step8 : forall c : nat -> R, (forall B, tr B [LB; Lw_hat; Lw_hatt] = sum d (fun i => B i * c i)) -> forall i, (i < d)%nat -> c i = (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d))))).
Proof.
  intros c H. apply components. intros B. rewrite <- H.
  rewrite step1.
  rewrite step2.
  rewrite step3.
  rewrite step4.
  rewrite step5.
  rewrite step6.
  rewrite step7.
  assert (E1 : sum d (fun i => (B i * (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d))))))) = slin d [(1, fun i => (B i * a i)); ((((-1) * ((sigma) ^ 2)) / (1 + INR d + ((-1) * T))), fun i => (B i / s i))]).
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
(* insertion: insert T = T0, sigma = sigma0: the rows and the noise of a generator *)
Lemma step9 : forall i, (i < d)%nat ->
  (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d)))))
  = (a i + (((sigma0) ^ 2) / (s i * ((-1) + T0 + ((-1) * INR d))))).
Proof.
  intros i Hi. at_i i Hi.
  rewrite ?put_T.
  rewrite ?put_sigma.
  rewrite ?put_T.
  rewrite ?put_sigma.
  cbn [slin].
  rewrite ?sum_one.
  rewrite ?put_T.
  rewrite ?put_sigma.
  conditions ltac:(fun Z => rewrite ?put_T in Z; rewrite ?put_sigma in Z; rewrite ?put_T in Z; rewrite ?put_sigma in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S9.

Section S10.  (* generators by least squares *)
(* recurrence: iterate from a_0 = w0**2; holds at n = 0, and one step leads from n to n+1 *)
Lemma step10 : forall i, (i < d)%nat -> forall x : nat -> R, x O = ((w0 i) ^ 2) ->
  (forall k, x (S k) = (x k + (((sigma0) ^ 2) / (s i * ((-1) + T0 + ((-1) * INR d)))))) ->
  forall k, x k = (((w0 i) ^ 2) + ((INR k * ((sigma0) ^ 2)) / (s i * ((-1) + T0 + ((-1) * INR d))))).
Proof.
  intros i Hi x H0 HS k. at_i i Hi. induction k as [|k IH].
  - rewrite H0. cbn [INR pow]. field; side.
  - rewrite HS, IH, ?S_INR. rewrite ?pow_mult. cbn [pow]. field; side.
Qed.
End S10.

Section S13.  (* the error of a model *)
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step11 : forall B : nat -> R, 
  (((-2) * tr B [LSigma; Lw; Lw0t]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw; Lwt] = (1) * tr B [LA; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw; Lwt]) (axiom6 B [LSigma] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LSigma]))).
  assert (H2 : tr B [LSigma; Lw; Lw0t] = (1) * tr B [LM; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw; Lw0t]) (axiom7 B [LSigma] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LM; LSigma]))).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* definition: W0 = w0 w0' *)
Lemma step12 : forall B : nat -> R, 
  (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; LW0]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw0; Lw0t] = (1) * tr B [LSigma; LW0]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw0; Lw0t]) (axiom9 B [LSigma])) (f_equal (Rmult (1)) (turn B [LW0] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step13 : forall B : nat -> R, 
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
End S13.

Section S16.  (* the whole process *)
Hypothesis put_a_new : forall i, (i < d)%nat -> a_new i = (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d))))).
Hypothesis put_a : forall i, (i < d)%nat -> a i = (((w0 i) ^ 2) + ((INR n * ((sigma0) ^ 2)) / (s i * ((-1) + T0 + ((-1) * INR d))))).
Hypothesis put_m : forall i, (i < d)%nat -> m i = w0 i.
(* insertion: insert a_i = a + sigma**2/(s*(T - d - 1)): w_hat is one generation more, with T rows and noise sigma *)
Lemma step14 : 
  (((-2) * sum d (fun i => (m i * w0 i * s i))) + sum d (fun i => (s i * ((w0 i) ^ 2))) + sum d (fun i => (s i * a_new i)))
  = (((-2) * sum d (fun i => (m i * w0 i * s i))) + sum d (fun i => (s i * ((w0 i) ^ 2))) + sum d (fun i => (s i * (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d)))))))).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * a_new i)) = slin d [(1, fun i => (a i * s i)); ((((-1) * ((sigma) ^ 2)) / (1 + INR d + ((-1) * T))), fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a_new by assumption. field; side. }
  assert (E2 : sum d (fun i => (m i * w0 i * s i)) = slin d [(1, fun i => (m i * w0 i * s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a_new by assumption. field; side. }
  assert (E3 : sum d (fun i => (s i * (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d))))))) = slin d [(1, fun i => (a i * s i)); ((((-1) * ((sigma) ^ 2)) / (1 + INR d + ((-1) * T))), fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a_new by assumption. field; side. }
  assert (E4 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a_new by assumption. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* insertion: insert a_i = n*sigma0**2/(s*(T0 - d - 1)) + w0**2, m_i = w0 *)
Lemma step15 : 
  (((-2) * sum d (fun i => (m i * w0 i * s i))) + sum d (fun i => (s i * ((w0 i) ^ 2))) + sum d (fun i => (s i * (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d))))))))
  = (((-1) * sum d (fun i => (s i * ((w0 i) ^ 2)))) + sum d (fun i => (s i * (((w0 i) ^ 2) + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d)))) + ((INR n * ((sigma0) ^ 2)) / (s i * ((-1) + T0 + ((-1) * INR d)))))))).
Proof.
  intros.
  assert (E1 : sum d (fun i => (m i * w0 i * s i)) = slin d [(1, fun i => (s i * ((w0 i) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a by assumption. rewrite ?put_m by assumption. field; side. }
  assert (E2 : sum d (fun i => (s i * (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d))))))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2))); (((((-1) * ((sigma) ^ 2)) + (T0 * ((sigma) ^ 2)) + ((-1) * INR n * ((sigma0) ^ 2)) + ((-1) * INR d * ((sigma) ^ 2)) + (INR n * T * ((sigma0) ^ 2)) + ((-1) * INR n * INR d * ((sigma0) ^ 2))) / (1 + ((INR d) ^ 2) + ((-1) * T) + ((-1) * T0) + (2 * INR d) + (T * T0) + ((-1) * T * INR d) + ((-1) * T0 * INR d))), fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a by assumption. rewrite ?put_m by assumption. field; side. }
  assert (E3 : sum d (fun i => (s i * (((w0 i) ^ 2) + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d)))) + ((INR n * ((sigma0) ^ 2)) / (s i * ((-1) + T0 + ((-1) * INR d))))))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2))); (((((-1) * ((sigma) ^ 2)) + (T0 * ((sigma) ^ 2)) + ((-1) * INR n * ((sigma0) ^ 2)) + ((-1) * INR d * ((sigma) ^ 2)) + (INR n * T * ((sigma0) ^ 2)) + ((-1) * INR n * INR d * ((sigma0) ^ 2))) / (1 + ((INR d) ^ 2) + ((-1) * T) + ((-1) * T0) + (2 * INR d) + (T * T0) + ((-1) * T * INR d) + ((-1) * T0 * INR d))), fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a by assumption. rewrite ?put_m by assumption. field; side. }
  assert (E4 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_a by assumption. rewrite ?put_m by assumption. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: sum over the eigenvalues; the truth cancels *)
Lemma step16 : 
  (((-1) * sum d (fun i => (s i * ((w0 i) ^ 2)))) + sum d (fun i => (s i * (((w0 i) ^ 2) + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d)))) + ((INR n * ((sigma0) ^ 2)) / (s i * ((-1) + T0 + ((-1) * INR d))))))))
  = (((INR d * ((sigma) ^ 2)) / ((-1) + T + ((-1) * INR d))) + ((INR n * INR d * ((sigma0) ^ 2)) / ((-1) + T0 + ((-1) * INR d)))).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * (((w0 i) ^ 2) + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d)))) + ((INR n * ((sigma0) ^ 2)) / (s i * ((-1) + T0 + ((-1) * INR d))))))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2))); (((((-1) * ((sigma) ^ 2)) + (T0 * ((sigma) ^ 2)) + ((-1) * INR n * ((sigma0) ^ 2)) + ((-1) * INR d * ((sigma) ^ 2)) + (INR n * T * ((sigma0) ^ 2)) + ((-1) * INR n * INR d * ((sigma0) ^ 2))) / (1 + ((INR d) ^ 2) + ((-1) * T) + ((-1) * T0) + (2 * INR d) + (T * T0) + ((-1) * T * INR d) + ((-1) * T0 * INR d))), fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => (s i * ((w0 i) ^ 2)))]).
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
End S16.

End Page.
