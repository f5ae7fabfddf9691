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

Inductive letter := LA | LB | LM | LMt | LP | LPt | LPi | LSigma | LW0 | LX | LXt | Le | Let | Lw | Lwt | Lw0 | Lw0t | Lw_hat | Lw_hatt.
Scheme Equality for letter.
Definition transposed (x : letter) := match x with LA => LA | LB => LB | LM => LMt | LMt => LM | LP => LPt | LPt => LP | LPi => LPi | LSigma => LSigma | LW0 => LW0 | LX => LXt | LXt => LX | Le => Let | Let => Le | Lw => Lwt | Lwt => Lw | Lw0 => Lw0t | Lw0t => Lw0 | Lw_hat => Lw_hatt | Lw_hatt => Lw_hat end.
(* Whether it depends on all draws of a fit. *)
Definition estimate (x : letter) := match x with Lw_hat => true | Lw_hatt => true | _ => false end.
(* Whether it holds nothing random. *)
Definition fixed (x : letter) := match x with LA => true | LB => true | LM => true | LMt => true | LSigma => true | LW0 => true | Lw0 => true | Lw0t => true | _ => false end.
(* Whether it is a function of Sigma or the test matrix. *)
Definition plain (x : letter) := match x with LB => true | LSigma => true | _ => false end.
(* Whether it has a diagonal that is known, and no more. *)
Definition moment (x : letter) := match x with LA => true | LM => true | LMt => true | LW0 => true | _ => false end.
Section Page.
  Variables d n : nat.
  Variables T T0 alpha b eta mu pooled sigma sigma0 : R.
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
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom1 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lwt] ++ v) = (1) * tr B ([LA] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom2 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lw0t] ++ v) = (1) * tr B ([LM] ++ v).
  (* definition: W0 = w0 w0' *)
  Hypothesis axiom3 : forall B v, tr B ([Lw0; Lw0t] ++ v) = (1) * tr B ([LW0] ++ v).
  (* definition: w_hat = X^+ (X w + sigma e) *)
  Hypothesis axiom4 : forall B v, tr B ([Lw_hat] ++ v) = (sigma) * tr B ([LP; Le] ++ v) + (1) * tr B ([LP; LX; Lw] ++ v).
  (* exact identity: X^+ X = Pi = Pi', Pi^2 = Pi, Pi X^+ = X^+ *)
  Hypothesis axiom5 : forall B v, tr B ([LP; LX] ++ v) = (1) * tr B ([LPi] ++ v).
  (* exact identity: X^+ X = Pi = Pi', Pi^2 = Pi, Pi X^+ = X^+ *)
  Hypothesis axiom6 : forall B v, tr B ([LPi; LPi] ++ v) = (1) * tr B ([LPi] ++ v).
  (* exact identity: X^+ X = Pi = Pi', Pi^2 = Pi, Pi X^+ = X^+ *)
  Hypothesis axiom7 : forall B v, tr B ([LPi; LP] ++ v) = (1) * tr B ([LP] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom8 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le; Let] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom9 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le] ++ v) = 0.
  (* expectation: E[Pi] = T/d for Sigma = I, T <= d (rotation invariance) *)
  Hypothesis axiom10 : forall B v, forallb fixed v = true -> tr B ([LPi] ++ v) = ((T / INR d)) * tr B ([] ++ v).
  (* expectation: E[X^+ X^+'] = T/(d (d-T-1)) Sigma for Sigma = I, T <= d-2 *)
  Hypothesis axiom11 : forall B v, forallb fixed v = true -> tr B ([LP; LPt] ++ v) = ((T / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d)))) * tr B ([LSigma] ++ v).
  (* What the names stand for; unknowns and asks of a process by (1) to (4). *)
  Hypothesis is_eta : eta = (T0 / INR d).
  Hypothesis is_b : b = sum d (fun i => (s i * ((w0 i) ^ 2))).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : INR d <> 0.
  Hypothesis nonzero2 : (1 + T + ((-1) * INR d)) <> 0.
  Hypothesis nonzero3 : (1 + T0 + ((-1) * INR d)) <> 0.
  Hypothesis nonzero4 : (1 + ((-1) * INR d) + (INR d * eta)) <> 0.
  Hypothesis nonzero5 : ((-1) + eta) <> 0.
  Hypothesis nonzero6 : (T0 + ((-1) * INR d)) <> 0.
  Ltac at_i i Hi := idtac.
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero1 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero2 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero3 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero4 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero5 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero6 as Z; tac Z).

Section S3.  (* the error of a model *)
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step1 : forall B : nat -> R, 
  (((-2) * tr B [LSigma; Lw; Lw0t]) + tr B [LSigma; Lw; Lwt] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; Lw0; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw; Lwt] = (1) * tr B [LA; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw; Lwt]) (axiom1 B [LSigma] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LSigma]))).
  assert (H2 : tr B [LSigma; Lw; Lw0t] = (1) * tr B [LM; LSigma]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw; Lw0t]) (axiom2 B [LSigma] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LM; LSigma]))).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* definition: W0 = w0 w0' *)
Lemma step2 : forall B : nat -> R, 
  (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; Lw0; Lw0t])
  = (((-2) * tr B [LM; LSigma]) + tr B [LA; LSigma] + tr B [LSigma; LW0]).
Proof.
  intros B.
  assert (H1 : tr B [LSigma; Lw0; Lw0t] = (1) * tr B [LSigma; LW0]) by exact (eq_trans (eq_trans (turn B [LSigma] [Lw0; Lw0t]) (axiom3 B [LSigma])) (f_equal (Rmult (1)) (turn B [LW0] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step3 : forall B : nat -> R, 
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
End S3.

Section S11.  (* one generator by minimum norm: mean *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis put_T : T = T0.
Hypothesis put_sigma : sigma = sigma0.
Hypothesis total_mu : mu = sum d (fun i => (m i * w0 i)).
(* definition: w_hat = X^+ (X w + sigma e) *)
Lemma step4 : forall B : nat -> R, 
  tr B [Lw0; Lw_hatt]
  = ((sigma * tr B [LP; Le; Lw0t]) + tr B [LP; LX; Lw; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [Lw0; Lw_hatt] = (sigma) * tr B [LP; Le; Lw0t] + (1) * tr B [LP; LX; Lw; Lw0t]) by exact (eq_trans (eq_trans (eq_trans (back B [Lw0; Lw_hatt]) (turn B [] [Lw_hat; Lw0t])) (axiom4 B [Lw0t])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [] [LP; Le; Lw0t])) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Lw0t])))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* exact identity: X^+ X = Pi = Pi', Pi^2 = Pi, Pi X^+ = X^+ *)
Lemma step5 : forall B : nat -> R, 
  ((sigma * tr B [LP; Le; Lw0t]) + tr B [LP; LX; Lw; Lw0t])
  = ((sigma * tr B [LP; Le; Lw0t]) + tr B [LPi; Lw; Lw0t]).
Proof.
  intros B.
  assert (H1 : tr B [LP; LX; Lw; Lw0t] = (1) * tr B [LPi; Lw; Lw0t]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Lw0t]) (axiom5 B [Lw; Lw0t])) (f_equal (Rmult (1)) (turn B [] [LPi; Lw; Lw0t]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[e e'] = I, E[e] = 0 *)
Lemma step6 : forall B : nat -> R, 
  ((sigma * tr B [LP; Le; Lw0t]) + tr B [LPi; Lw; Lw0t])
  = tr B [LPi; Lw; Lw0t].
Proof.
  intros B.
  assert (H1 : tr B [LP; Le; Lw0t] = 0) by exact (eq_trans (turn B [LP] [Le; Lw0t]) (axiom9 B [Lw0t; LP] eq_refl)).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step7 : forall B : nat -> R, 
  tr B [LPi; Lw; Lw0t]
  = tr B [LM; LPi].
Proof.
  intros B.
  assert (H1 : tr B [LPi; Lw; Lw0t] = (1) * tr B [LM; LPi]) by exact (eq_trans (eq_trans (turn B [LPi] [Lw; Lw0t]) (axiom2 B [LPi] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LM; LPi]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[Pi] = T/d for Sigma = I, T <= d (rotation invariance) *)
Lemma step8 : forall B : nat -> R, 
  tr B [LM; LPi]
  = ((T * tr B [LM]) / INR d).
Proof.
  intros B.
  assert (H1 : tr B [LM; LPi] = ((T / INR d)) * tr B [LM]) by exact (eq_trans (eq_trans (turn B [LM] [LPi]) (axiom10 B [LM] eq_refl)) (f_equal (Rmult ((T / INR d))) (turn B [] [LM]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step9 : forall B : nat -> R, 
  ((T * tr B [LM]) / INR d)
  = ((T * sum d (fun i => (m i * w0 i))) / INR d).
Proof.
  intros B.
  assert (H1 : tr B [LM] = sum d (fun i => (m i * w0 i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1].
  field; side.
Qed.
(* insertion: insert T = T0, sigma = sigma0: the rows and the noise of a generator *)
Lemma step10 : 
  ((T * sum d (fun i => (m i * w0 i))) / INR d)
  = ((T0 * sum d (fun i => (m i * w0 i))) / INR d).
Proof.
  intros.
  assert (E1 : sum d (fun i => (m i * w0 i)) = slin d [(1, fun i => (m i * w0 i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_T. field; side. }
  rewrite ?E1.
  rewrite ?put_T.
  rewrite ?E1.
  rewrite ?put_T.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?put_T in Z; rewrite ?E1 in Z; rewrite ?put_T in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d *)
Lemma step11 : 
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
End S11.

Section S20.  (* one generator by minimum norm: second moment *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis put_T : T = T0.
Hypothesis put_sigma : sigma = sigma0.
Hypothesis total_alpha : alpha = sum d (fun i => a i).
(* definition: w_hat = X^+ (X w + sigma e) *)
Lemma step12 : forall B : nat -> R, 
  tr B [Lw_hat; Lw_hatt]
  = ((((sigma) ^ 2) * tr B [LP; Le; Let; LPt]) + (2 * sigma * tr B [LP; LX; Lw; Let; LPt]) + tr B [LP; LX; Lw; Lwt; LXt; LPt]).
Proof.
  intros B.
  assert (H1 : tr B [Lw_hat; Lw_hatt] = (sigma) * tr B [LP; Le; Lw_hatt] + (1) * tr B [LP; LX; Lw; Lw_hatt]) by exact (eq_trans (eq_trans (turn B [] [Lw_hat; Lw_hatt]) (axiom4 B [Lw_hatt])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [] [LP; Le; Lw_hatt])) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Lw_hatt])))).
  assert (H2 : tr B [LP; LX; Lw; Lw_hatt] = (sigma) * tr B [LP; LX; Lw; Let; LPt] + (1) * tr B [LP; LX; Lw; Lwt; LXt; LPt]) by exact (eq_trans (eq_trans (eq_trans (back B [LP; LX; Lw; Lw_hatt]) (turn B [] [Lw_hat; Lwt; LXt; LPt])) (axiom4 B [Lwt; LXt; LPt])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (eq_trans (back B [LP; Le; Lwt; LXt; LPt]) (turn B [] [LP; LX; Lw; Let; LPt]))) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Lwt; LXt; LPt])))).
  assert (H3 : tr B [LP; Le; Lw_hatt] = (sigma) * tr B [LP; Le; Let; LPt] + (1) * tr B [LP; LX; Lw; Let; LPt]) by exact (eq_trans (eq_trans (eq_trans (back B [LP; Le; Lw_hatt]) (turn B [] [Lw_hat; Let; LPt])) (axiom4 B [Let; LPt])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [] [LP; Le; Let; LPt])) (f_equal (Rmult (1)) (turn B [] [LP; LX; Lw; Let; LPt])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* exact identity: X^+ X = Pi = Pi', Pi^2 = Pi, Pi X^+ = X^+ *)
Lemma step13 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LP; Le; Let; LPt]) + (2 * sigma * tr B [LP; LX; Lw; Let; LPt]) + tr B [LP; LX; Lw; Lwt; LXt; LPt])
  = ((((sigma) ^ 2) * tr B [LP; Le; Let; LPt]) + (2 * sigma * tr B [LP; Le; Lwt]) + tr B [LPi; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LP; LX; Lw; Lwt; LXt; LPt] = (1) * tr B [LP; LX; Lw; Lwt; LPi]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Lwt; LXt; LPt]) (axiom5 B [Lw; Lwt; LXt; LPt])) (f_equal (Rmult (1)) (eq_trans (back B [LPi; Lw; Lwt; LXt; LPt]) (turn B [] [LP; LX; Lw; Lwt; LPi])))).
  assert (H2 : tr B [LP; LX; Lw; Lwt; LPi] = (1) * tr B [LPi; LPi; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Lwt; LPi]) (axiom5 B [Lw; Lwt; LPi])) (f_equal (Rmult (1)) (turn B [LPi; Lw; Lwt] [LPi]))).
  assert (H3 : tr B [LP; LX; Lw; Let; LPt] = (1) * tr B [LP; Le; Lwt; LPi]) by exact (eq_trans (eq_trans (turn B [] [LP; LX; Lw; Let; LPt]) (axiom5 B [Lw; Let; LPt])) (f_equal (Rmult (1)) (eq_trans (back B [LPi; Lw; Let; LPt]) (turn B [] [LP; Le; Lwt; LPi])))).
  assert (H4 : tr B [LPi; LPi; Lw; Lwt] = (1) * tr B [LPi; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [] [LPi; LPi; Lw; Lwt]) (axiom6 B [Lw; Lwt])) (f_equal (Rmult (1)) (turn B [] [LPi; Lw; Lwt]))).
  assert (H5 : tr B [LP; Le; Lwt; LPi] = (1) * tr B [LP; Le; Lwt]) by exact (eq_trans (eq_trans (turn B [LP; Le; Lwt] [LPi]) (axiom7 B [Le; Lwt])) (f_equal (Rmult (1)) (turn B [] [LP; Le; Lwt]))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3 | rewrite H4 | rewrite H5].
  field; side.
Qed.
(* expectation: E[e e'] = I, E[e] = 0 *)
Lemma step14 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LP; Le; Let; LPt]) + (2 * sigma * tr B [LP; Le; Lwt]) + tr B [LPi; Lw; Lwt])
  = ((((sigma) ^ 2) * tr B [LP; LPt]) + tr B [LPi; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LP; Le; Let; LPt] = (1) * tr B [LP; LPt]) by exact (eq_trans (eq_trans (turn B [LP] [Le; Let; LPt]) (axiom8 B [LPt; LP] eq_refl)) (f_equal (Rmult (1)) (turn B [LPt] [LP]))).
  assert (H2 : tr B [LP; Le; Lwt] = 0) by exact (eq_trans (turn B [LP] [Le; Lwt]) (axiom9 B [Lwt; LP] eq_refl)).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* expectation: E[X^+ X^+'] = T/(d (d-T-1)) Sigma for Sigma = I, T <= d-2 *)
Lemma step15 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LP; LPt]) + tr B [LPi; Lw; Lwt])
  = (((T * ((sigma) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d))) + tr B [LPi; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LP; LPt] = ((T / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d)))) * tr B [LSigma]) by exact (eq_trans (eq_trans (turn B [] [LP; LPt]) (axiom11 B [] eq_refl)) (f_equal (Rmult ((T / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d))))) (turn B [] [LSigma]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step16 : forall B : nat -> R, 
  (((T * ((sigma) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d))) + tr B [LPi; Lw; Lwt])
  = (((T * ((sigma) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d))) + tr B [LA; LPi]).
Proof.
  intros B.
  assert (H1 : tr B [LPi; Lw; Lwt] = (1) * tr B [LA; LPi]) by exact (eq_trans (eq_trans (turn B [LPi] [Lw; Lwt]) (axiom1 B [LPi] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LPi]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[Pi] = T/d for Sigma = I, T <= d (rotation invariance) *)
Lemma step17 : forall B : nat -> R, 
  (((T * ((sigma) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d))) + tr B [LA; LPi])
  = (((T * tr B [LA]) / INR d) + ((T * ((sigma) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d)))).
Proof.
  intros B.
  assert (H1 : tr B [LA; LPi] = ((T / INR d)) * tr B [LA]) by exact (eq_trans (eq_trans (turn B [LA] [LPi]) (axiom10 B [LA] eq_refl)) (f_equal (Rmult ((T / INR d))) (turn B [] [LA]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step18 : forall B : nat -> R, 
  (((T * tr B [LA]) / INR d) + ((T * ((sigma) ^ 2) * tr B [LSigma]) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d))))
  = (((T * sum d (fun i => a i)) / INR d) + ((T * ((sigma) ^ 2) * sum d (fun i => s i)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d)))).
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
(* insertion: insert T = T0, sigma = sigma0: the rows and the noise of a generator *)
Lemma step19 : 
  (((T * sum d (fun i => a i)) / INR d) + ((T * ((sigma) ^ 2) * sum d (fun i => s i)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T * INR d))))
  = (((T0 * sum d (fun i => a i)) / INR d) + ((T0 * ((sigma0) ^ 2) * sum d (fun i => s i)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * T0 * INR d)))).
Proof.
  intros.
  assert (E1 : sum d (fun i => a i) = slin d [(1, fun i => a i)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?put_T. rewrite ?put_sigma. field; side. }
  assert (E2 : sum d (fun i => s i) = slin d [(1, fun i => 1)]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?put_T. rewrite ?put_sigma. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?put_T.
  rewrite ?put_sigma.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?put_T.
  rewrite ?put_sigma.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?put_T in Z; rewrite ?put_sigma in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?put_T in Z; rewrite ?put_sigma in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d *)
Lemma step20 : 
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
End S20.

Section S21.  (* mean of the generators, independent designs *)
(* recurrence: iterate from mu_0 = b; holds at n = 0, and one step leads from n to n+1 *)
Lemma step21 : forall x : nat -> R, x O = b ->
  (forall k, x (S k) = (x k * eta)) ->
  forall k, x k = (b * (((eta)) ^ k)).
Proof.
  intros x H0 HS k. induction k as [|k IH].
  - rewrite H0. cbn [INR pow]. field; side.
  - rewrite HS, IH, ?S_INR. rewrite ?pow_mult. cbn [pow]. field; side.
Qed.
End S21.

Section S22.  (* second moment of the generators, independent designs *)
(* recurrence: iterate from alpha_0 = b; holds at n = 0, and one step leads from n to n+1 *)
Lemma step22 : forall x : nat -> R, x O = b ->
  (forall k, x (S k) = ((x k * eta) + ((eta * ((sigma0) ^ 2) * ((INR d) ^ 2)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * eta * ((INR d) ^ 2)))))) ->
  forall k, x k = ((b * (((eta)) ^ k)) + ((eta * ((sigma0) ^ 2) * ((INR d) ^ 2) * (1 + ((-1) * (((eta)) ^ k)))) / ((1 + ((-1) * eta)) * (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * eta * ((INR d) ^ 2)))))).
Proof.
  intros x H0 HS k. induction k as [|k IH].
  - rewrite H0. cbn [INR pow]. field; side.
  - rewrite HS, IH, ?S_INR. rewrite ?pow_mult. cbn [pow]. field; side.
Qed.
End S22.

Section S25.  (* the whole process, independent designs *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_alpha : alpha = sum d (fun i => a i).
Hypothesis total_mu : mu = sum d (fun i => (m i * w0 i)).
Hypothesis put_mu : mu = (b * (((eta)) ^ n)).
Hypothesis put_alpha : alpha = (b * (((eta)) ^ n)).
(* algebra: Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d *)
Lemma step23 : 
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
(* insertion: insert mu = b*eta**n, alpha = b*eta**n *)
Lemma step24 : 
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
Lemma step25 : 
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
End S25.

Section S26.  (* mean of the generators, shared design, n >= 1 *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_mu : mu = sum d (fun i => (m i * w0 i)).
Hypothesis put_mu : mu = b.
Hypothesis put_alpha : alpha = b.
Hypothesis put_pooled : pooled = (INR n * ((sigma0) ^ 2)).
(* insertion: insert mu = b, alpha = b, pooled = n*sigma0**2: X^+ X X^+ = X^+, so that n fits are one fit of w0 with the sum of n noises *)
Lemma step26 : 
  (mu * eta)
  = (b * eta).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?is_eta. rewrite ?put_mu. field; side. }
  rewrite ?E1.
  rewrite ?is_eta.
  rewrite ?put_mu.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?is_eta.
  rewrite ?put_mu.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?is_eta in Z; rewrite ?put_mu in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?is_eta in Z; rewrite ?put_mu in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S26.

Section S27.  (* second moment of the generators, shared design, n >= 1 *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_alpha : alpha = sum d (fun i => a i).
Hypothesis put_mu : mu = b.
Hypothesis put_alpha : alpha = b.
Hypothesis put_pooled : pooled = (INR n * ((sigma0) ^ 2)).
(* insertion: insert mu = b, alpha = b, pooled = n*sigma0**2: X^+ X X^+ = X^+, so that n fits are one fit of w0 with the sum of n noises *)
Lemma step27 : 
  ((alpha * eta) + ((pooled * eta * ((INR d) ^ 2)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * eta * ((INR d) ^ 2)))))
  = ((b * eta) + ((INR n * eta * ((sigma0) ^ 2) * ((INR d) ^ 2)) / (((INR d) ^ 2) + ((-1) * INR d) + ((-1) * eta * ((INR d) ^ 2))))).
Proof.
  intros.
  assert (E1 : sum d (fun i => (s i * ((w0 i) ^ 2))) = slin d [(1, fun i => ((w0 i) ^ 2))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?isotropic by assumption. rewrite ?put_alpha. rewrite ?is_eta. rewrite ?put_pooled. field; side. }
  rewrite ?E1.
  rewrite ?put_alpha.
  rewrite ?is_eta.
  rewrite ?put_pooled.
  rewrite ?is_b.
  rewrite ?E1.
  rewrite ?put_alpha.
  rewrite ?is_eta.
  rewrite ?put_pooled.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?put_alpha in Z; rewrite ?is_eta in Z; rewrite ?put_pooled in Z; rewrite ?is_b in Z; rewrite ?E1 in Z; rewrite ?put_alpha in Z; rewrite ?is_eta in Z; rewrite ?put_pooled in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S27.

Section S30.  (* the whole process, shared design, n >= 1 *)
Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.
Hypothesis total_alpha : alpha = sum d (fun i => a i).
Hypothesis total_mu : mu = sum d (fun i => (m i * w0 i)).
Hypothesis put_mu : mu = (b * eta).
Hypothesis put_alpha : alpha = (b * eta).
(* algebra: Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d *)
Lemma step28 : 
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
(* insertion: insert mu = b*eta, alpha = b*eta *)
Lemma step29 : 
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
Lemma step30 : 
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
End S30.

End Page.
